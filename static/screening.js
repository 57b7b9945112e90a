// Opens what needs attention today as soon as such an answer is chosen; without this file it opens when the form is sent.
"use strict";
(() => {
  const panel = document.getElementById("same-day");
  if (!panel || !panel.hidden) return;
  const show = () => {
    const was = panel.hidden;
    panel.hidden = !document.querySelector("input[data-today]:checked");
    if (was && !panel.hidden) panel.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("change", show);
  addEventListener("pageshow", show); // answers that the browser put back
})();
