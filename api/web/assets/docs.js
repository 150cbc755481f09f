// Reads the document for its viewer, which would give up after five seconds: on a slow line it takes longer.
"use strict";
{
  const viewer = document.querySelector("openapi-explorer");
  const unread = document.getElementById("unread");
  const reading = document.getElementById("reading");
  const failed = document.getElementById("failed");
  const there = new Promise((resolve, reject) => {
    customElements.whenDefined("openapi-explorer").then(resolve);
    document.querySelector("script[type=module]").addEventListener("error", reject);
  });

  const read = async () => {
    const answer = await fetch("/openapi.json");
    if (!answer.ok) throw new Error(answer.status);
    const [operations] = await Promise.all([answer.json(), there]);
    viewer.hidden = false;
    unread.hidden = true;
    await viewer.loadSpec(operations);
    if (viewer.explorerLocation) viewer.scrollTo(viewer.explorerLocation);
  };

  failed.querySelector("button").addEventListener("click", () => location.reload());
  reading.hidden = false;
  read().catch(() => {
    reading.hidden = true;
    failed.hidden = false;
  });
}
