// Lets this browser be told something. It is asked for by a press, and never by itself.
"use strict";
{
  const form = document.getElementById("push");
  const ours = form.dataset.key;

  const show = (...names) => {
    for (const one of form.querySelectorAll("[data-when]")) one.hidden = !names.includes(one.dataset.when);
  };
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");
  const isOurs = (subscription) => text(subscription.options.applicationServerKey ?? []) === ours;

  const look = async () => {
    const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
    if (!able) return show("unable");
    if (Notification.permission === "denied") return show("denied");
    const registration = await navigator.serviceWorker.getRegistration("/");
    const subscription = await registration?.pushManager.getSubscription();
    const item = subscription && document.querySelector(`[data-endpoint="${CSS.escape(subscription.endpoint)}"]`);
    if (!item || !isOurs(subscription)) return show("ready");
    item.querySelector("[data-this]").hidden = false;
    item.querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      await subscription.unsubscribe();
      event.target.submit();
    });
    return show("on");
  };

  const turnOn = async () => {
    if ((await Notification.requestPermission()) !== "granted") return show("denied");
    await navigator.serviceWorker.register("/push-worker.js");
    const { pushManager } = await navigator.serviceWorker.ready;
    const before = await pushManager.getSubscription();
    if (before && !isOurs(before)) await before.unsubscribe();
    const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(ours) });
    form.elements.address.value = subscription.endpoint;
    form.elements.key.value = text(subscription.getKey("p256dh"));
    form.elements.secret.value = text(subscription.getKey("auth"));
    return form.submit();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show();
    turnOn().catch(() => show("failed", "ready"));
  });
  look().catch(() => show("ready"));
}
