// Counts on what the server has said in words: each element names the instant that it counts down to.
(() => {
  const two = (n) => String(n).padStart(2, "0");
  const tick = () => {
    for (const place of document.querySelectorAll("[data-until]")) {
      const left = Math.max(0, Math.floor((Date.parse(place.dataset.until) - Date.now()) / 1000));
      const hours = Math.floor(left / 3600);
      const said = left < 86400 ? (hours ? hours + ":" : "") + two(Math.floor(left / 60) % 60) + ":" + two(left % 60) : "";
      if (said && place.textContent !== said) place.textContent = said;
    }
  };
  tick();
  setInterval(tick, 1000);
})();
