// Adds a button beside each text that copies it. Without this script the text is chosen and copied by hand.
for (const text of document.querySelectorAll("textarea[readonly]")) {
  const button = document.createElement("button");
  const told = document.createElement("span");
  const name = document.getElementById(text.getAttribute("aria-labelledby")).textContent;
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy: ${name}`);
  told.className = "quiet";
  told.setAttribute("role", "status");
  button.addEventListener("click", () => {
    text.focus();
    text.select();
    // Not navigator.clipboard: an EHR's frame seldom grants it.
    told.textContent = document.execCommand("copy") ? " Copied" : " Not copied: press Ctrl and C";
  });
  text.before(button, told);
}
