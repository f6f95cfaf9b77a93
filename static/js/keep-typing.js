// Typing that is not saved is kept in the browser.
"use strict";

{
  const EVERY = 5000; // milliseconds between two copies
  const PREFIX = "typing:";
  const SECRETS = ["csrfmiddlewaretoken", "_again"];

  const form = () => document.querySelector("input[name=_version]")?.form;

  const typed = (form) =>
    [...new FormData(form)].filter(
      ([name, value]) => typeof value === "string" && !SECRETS.includes(name),
    );

  const text = (entries) => JSON.stringify(entries.filter(([name]) => name !== "_version"));

  const keep = (key, entries) => {
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), entries }));
    } catch {
      // full or forbidden
    }
  };

  const kept = (key) => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  };

  const button = (label, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  };

  const offer = (form, key, found) => {
    const note = document.createElement("p");
    note.className = "record-state decisions kept-typing";
    note.setAttribute("role", "status");
    const when = new Date(found.at).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });
    note.append(`What you typed here until ${when} was not saved. `);
    note.append(
      button("Bring it back", () => bringBack(form, found.entries)),
      " ",
      button("Forget it", () => {
        localStorage.removeItem(key);
        note.remove();
      }),
    );
    form.before(note);
    note.querySelector("button").focus();
  };

  const bringBack = (form, entries) => {
    const again = document.createElement("form");
    again.method = "post";
    again.hidden = true;
    const token = ["csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value];
    for (const [name, value] of [...entries, token, ["_again", "1"]]) {
      const field = document.createElement("textarea");
      field.name = name;
      field.value = value;
      again.append(field);
    }
    document.body.append(again);
    again.submit();
  };

  const keyOf = (path) => {
    const person = document.querySelector("#user-tools strong")?.textContent ?? "";
    return `${PREFIX}${person}:${path}`;
  };
  const here = location.pathname + (location.search.match(/.part-page=\d+/) ?? "");

  const forgetWhatIsSaved = () => {
    const saved = document.cookie.match(/(?:^|; )typing_saved=([^;]*)/);
    if (!saved) return;
    localStorage.removeItem(keyOf(decodeURIComponent(saved[1])));
    document.cookie = `typing_saved=; path=${document.querySelector("#site-name a").pathname}; max-age=0`;
  };

  // Editors tidy their text when they load: typing begins with the person.
  let before = null;
  let leaving = false;
  const isDirty = () => before !== null && text(typed(form())) !== before;
  const copy = () => {
    if (isDirty()) keep(keyOf(here), typed(form()));
  };

  for (const event of ["pointerdown", "keydown", "beforeinput"]) {
    const begin = ({ target }) => {
      if (form()?.contains(target)) before ??= text(typed(form()));
    };
    addEventListener(event, begin, { capture: true });
  }
  addEventListener("submit", ({ target, submitter }) => {
    if (target !== form()) return;
    copy();
    leaving = submitter?.formTarget !== "_blank";
  });
  addEventListener("beforeunload", (event) => {
    if (!leaving && isDirty()) event.preventDefault();
  });
  addEventListener("pagehide", copy);

  const watch = (form) => {
    const key = keyOf(here);
    const found = kept(key);
    if (form.querySelector(".mistakes, .again") !== null) {
      before = "";
    } else if (found && text(found.entries) !== text(typed(form))) {
      offer(form, key, found);
    }
    setInterval(copy, EVERY);
  };

  addEventListener("load", () => {
    forgetWhatIsSaved();
    const found = form();
    if (found) watch(found);
  });
}
