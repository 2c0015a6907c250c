// `/` goes to Find. Single keys can be switched off (`data-keys` on the shell), and never act while somebody types.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!document.querySelector("[data-keys=on]")) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const find = document.getElementById("find");
  if (!find) return;
  event.preventDefault();
  find.focus();
});
