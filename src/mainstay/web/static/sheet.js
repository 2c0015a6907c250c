// Enter in a cell of a sheet goes to the same cell of the next row, Escape undoes what was typed; leaving a cell saves it.
document.addEventListener("keydown", (event) => {
  const cell = event.target.closest(".cells [data-cell]");
  if (!cell || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && "defaultValue" in cell) {
    cell.value = cell.defaultValue;
    return;
  }
  if (event.key !== "Enter") return;
  event.preventDefault();
  const step = event.shiftKey ? "previousElementSibling" : "nextElementSibling";
  const row = cell.closest("tr")[step];
  const next = row && row.querySelector(`[data-cell="${cell.dataset.cell}"]`);
  if (next) next.focus();
  else cell.blur();
});
