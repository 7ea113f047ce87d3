"use strict";
(() => {
  // Numbers by their exact value, text by the alphabet; what has no value stays at the end.
  const value = (row, at, isNumber) => {
    const cell = row.cells[at];
    if (!isNumber) return cell.textContent;
    return cell.dataset.v === undefined ? null : Number(cell.dataset.v);
  };
  const order = (a, b, direction) => {
    if (a === null || b === null) return (a === null) - (b === null);
    return direction * (typeof a === "number" ? a - b : a.localeCompare(b, undefined, { numeric: true }));
  };
  const sortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, at) => {
      if (head.hidden) return;
      const isNumber = head.classList.contains("n");
      const button = document.createElement("button");
      button.type = "button";
      button.title = "Sort by this column";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const was = head.getAttribute("aria-sort");
        const falls = was ? was === "ascending" : isNumber;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", falls ? "descending" : "ascending");
        const body = table.tBodies[0];
        const rows = [...body.rows].map((row) => [value(row, at, isNumber), row]);
        rows.sort(([a], [b]) => order(a, b, falls ? -1 : 1));
        body.append(...rows.map(([, row]) => row));
      });
    });
  };
  const quoted = (text) => (/[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text);
  const csv = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    const hasRange = (head) => head.dataset.r !== undefined;
    const names = heads.flatMap((head) => {
      const name = head.dataset.k;
      return hasRange(head) ? [name, name + "_p05", name + "_p95"] : [name];
    });
    const line = (row) =>
      heads.flatMap((head, at) => {
        const { textContent, dataset } = row.cells[at];
        if (!head.classList.contains("n")) {
          const first = row.cells[at].firstChild;
          return [first ? first.textContent : textContent];
        }
        const all = [dataset.v, dataset.l, dataset.h].map((number) => number ?? "");
        return hasRange(head) ? all : all.slice(0, 1);
      });
    return [names, ...[...table.tBodies[0].rows].map(line)]
      .map((fields) => fields.map(quoted).join(",") + "\n")
      .join("");
  };
  const downloadable = (figure, table) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "download";
    button.textContent = "Download CSV";
    button.setAttribute("aria-describedby", figure.id + "-caption");
    button.addEventListener("click", () => {
      const link = document.createElement("a");
      const url = URL.createObjectURL(new Blob([csv(table)], { type: "text/csv;charset=utf-8" }));
      link.href = url;
      link.download = table.dataset.file + ".csv";
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 10000);
    });
    figure.append(button);
  };
  document.querySelectorAll("figure.table").forEach((figure) => {
    const table = figure.querySelector("table");
    sortable(table);
    downloadable(figure, table);
  });
})();
