// The parts on a form: order, numbers, names.
"use strict";

{
  const FIELDS = "input:not([type=hidden]), select, textarea";
  const rowsOf = (group) => [...group.querySelectorAll(".inline-related:not(.empty-form)")];
  const positionOf = (row) => row.querySelector("[name$=-position]");

  const number = (group) =>
    rowsOf(group).forEach((row, index) => {
      for (const each of row.querySelectorAll(".number")) each.textContent = index + 1;
      for (const button of row.querySelectorAll(".mover")) {
        button.ariaLabel = `${button.title}: ${row.querySelector("h3").textContent}`;
      }
      // Django renames fields and labels of a row, but not what points at them.
      for (const each of row.querySelectorAll("[aria-describedby]")) {
        const ids = each.getAttribute("aria-describedby");
        each.setAttribute("aria-describedby", ids.replace(/-(\d+|__prefix__)-/g, row.id.match(/-\d+$/)[0] + "-"));
      }
      nameChoices(row);
    });

  const place = (group) =>
    rowsOf(group).forEach((row, index) => {
      const comesLast = group.dataset.goesOn && !row.matches(".has_original");
      positionOf(row).value = comesLast ? 0 : index + +group.dataset.first;
    });

  const nameChoices = (scope) => {
    for (const select of scope.querySelectorAll("select.admin-autocomplete")) {
      const box = select.nextElementSibling?.querySelector("[role=combobox]");
      const label = select.labels[0];
      if (!box || !label) continue;
      label.id = `${select.id}_label`;
      for (const name of ["role", "aria-readonly"]) box.firstElementChild.removeAttribute(name);
      box.setAttribute("aria-labelledby", `${label.id} select2-${select.id}-container`);
    }
  };

  const move = (group, row, step) => {
    const rows = rowsOf(group);
    const other = rows[rows.indexOf(row) + step];
    if (!other) return;
    step < 0 ? other.before(row) : other.after(row);
    place(group);
    number(group);
  };

  const addMovers = (group, row) => {
    if (!positionOf(row)) return;
    const head = row.querySelector(".part-head");
    for (const [title, sign, step] of [["Move up", "↑", -1], ["Move down", "↓", 1]]) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "mover", title, textContent: sign });
      button.addEventListener("click", () => {
        move(group, row, step);
        button.focus();
      });
      head.append(button);
    }
    const handle = head.querySelector("h3");
    handle.draggable = true;
    handle.addEventListener("dragstart", () => {
      group.dragged = row;
    });
  };

  const drop = (group, { target, clientY }) => {
    const over = target.closest(".inline-related");
    if (!group.dragged || !over || over === group.dragged) return;
    const { top, height } = over.getBoundingClientRect();
    clientY < top + height / 2 ? over.before(group.dragged) : over.after(group.dragged);
  };

  const begin = () => {
    nameChoices(document);
    for (const group of document.querySelectorAll(".parts")) {
      for (const row of rowsOf(group)) addMovers(group, row);
      number(group);
      group.addEventListener("dragover", (event) => {
        if (!group.dragged) return;
        event.preventDefault();
        drop(group, event);
      });
      group.addEventListener("dragend", () => {
        group.dragged = null;
        place(group);
        number(group);
      });
      group.addEventListener("formset:added", ({ target }) => {
        addMovers(group, target);
        if (positionOf(target)) place(group);
        setTimeout(() => number(group));
        target.querySelector(FIELDS).focus();
      });
    }
    document.addEventListener("formset:removed", ({ detail }) => {
      number(document.getElementById(`${detail.formsetName}-group`));
    });
  };

  addEventListener("load", () => django.jQuery(begin)); // after the library has made its boxes

  document.addEventListener("change", async ({ target }) => {
    const fields = target.form?.elements;
    const kept = fields?.[`${target.name}-kept`];
    if (!kept) return;
    kept.value = "";
    if (!target.files.length) return;
    fields[`${target.name}_alt`].value ||= `Logo of ${fields.name.value}`;
    const body = new FormData();
    body.append("file", target.files[0]);
    body.append("csrfmiddlewaretoken", fields.csrfmiddlewaretoken.value);
    const answer = await fetch(kept.dataset.keep, { method: "POST", body });
    if (answer.ok && !answer.redirected) kept.value = (await answer.json()).key;
  });

  document.addEventListener("click", ({ target }) => {
    const id = target.closest(".mistakes a, label") && (target.hash?.slice(1) ?? target.htmlFor);
    const editor = id && document.getElementById(id)?.closest(".prose-editor");
    editor?.querySelector("[contenteditable]").focus();
  });
}
