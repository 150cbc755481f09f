// Reads the document for its viewer, which would give up after five seconds: on a slow line it takes longer.
"use strict";
{
  const viewer = document.querySelector("openapi-explorer");
  const unread = document.getElementById("unread");
  const reading = document.getElementById("reading");
  const failed = document.getElementById("failed");

  const read = async () => {
    reading.hidden = false;
    failed.hidden = true;
    try {
      const answer = await fetch("/openapi.json");
      if (!answer.ok) throw new Error(answer.status);
      const operations = await answer.json();
      await customElements.whenDefined("openapi-explorer");
      viewer.hidden = false;
      unread.hidden = true;
      await viewer.loadSpec(operations);
      if (viewer.explorerLocation) viewer.scrollTo(viewer.explorerLocation);
    } catch {
      viewer.hidden = true;
      unread.hidden = false;
      reading.hidden = true;
      failed.hidden = false;
    }
  };

  failed.querySelector("button").addEventListener("click", read);
  read();
}
