// Shows what is pushed here, and opens its page. It keeps nothing and answers for no page.
"use strict";

const pageOf = (address) => {
  const page = new URL(address, self.location.origin);
  return page.origin === self.location.origin ? page.href : self.location.origin;
};

self.addEventListener("push", (event) => {
  const told = event.data.json();
  event.waitUntil(
    self.registration.showNotification(told.title, {
      body: told.line,
      lang: told.language,
      tag: told.tag,
      renotify: true,
      data: { address: pageOf(told.address) },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { address } = event.notification.data;
  const open = async () => {
    const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const there = windows.find((one) => one.url === address);
    return there ? there.focus() : self.clients.openWindow(address);
  };
  event.waitUntil(open());
});
