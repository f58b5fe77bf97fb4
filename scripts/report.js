"use strict";
// Makes the heads of tables into buttons that sort; a page without script keeps its plain tables.
document.querySelectorAll("table.sortable").forEach(function (table) {
  const heads = table.querySelectorAll("thead th");
  const rows = Array.from(table.tBodies[0].rows);
  heads.forEach(function (head, column) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.textContent = "";
    head.appendChild(button);
    button.addEventListener("click", function () {
      const up = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const key = function (row) {
        const cell = row.cells[column];
        const number = parseFloat(cell.dataset.value);
        return Number.isNaN(number) ? cell.textContent : number;
      };
      // From the order of the page, in which rows that are alike stay.
      rows.slice().sort(function (a, b) {
        const x = key(a), y = key(b);
        // What has no figure stays at the end, whichever way.
        if (typeof x !== typeof y) { return typeof x === "number" ? -1 : 1; }
        const order = typeof x === "number" ? x - y
          : x.localeCompare(y, "en", {numeric: true});
        return up ? order : -order;
      }).forEach(function (row) { table.tBodies[0].appendChild(row); });
    });
  });
});
