// Typing that is not saved: warns before it is left, keeps it in the browser, offers it back.
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

  // Only what a person changes counts; the hidden version differs with each page.
  const text = (entries) => JSON.stringify(entries.filter(([name]) => name !== "_version"));

  const keep = (key, entries) => {
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), entries }));
    } catch {
      // The browser is full or forbids it: the warning on leaving remains.
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
  };

  // The server shows the form again with what was typed, rows and rich text included.
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

  // The answer to a form that was saved says so.
  const forgetWhatIsSaved = () => {
    const saved = document.cookie.match(/(?:^|; )typing_saved=([^;]*)/);
    if (!saved) return;
    localStorage.removeItem(keyOf(decodeURIComponent(saved[1])));
    document.cookie = `typing_saved=; path=${document.querySelector("#site-name a").pathname}; max-age=0`;
  };

  const watch = (form) => {
    const key = keyOf(location.pathname);
    const found = kept(key);
    const refused = form.querySelector(".errornote") !== null;
    if (found && !refused && text(found.entries) !== text(typed(form))) {
      offer(form, key, found);
    }

    // Editors tidy their text when they load: what counts as typing begins with the person.
    let before = refused ? "" : null;
    const begin = () => {
      before ??= text(typed(form));
    };
    for (const event of ["focusin", "pointerdown", "keydown"]) {
      form.addEventListener(event, begin, { capture: true, once: true });
    }
    const isDirty = () => before !== null && text(typed(form)) !== before;
    const copy = () => {
      if (isDirty()) keep(key, typed(form));
    };

    let leaving = false;
    setInterval(copy, EVERY);
    addEventListener("pagehide", copy);
    form.addEventListener("submit", (event) => {
      copy();
      leaving = event.submitter?.formTarget !== "_blank";
    });
    addEventListener("beforeunload", (event) => {
      if (!leaving && isDirty()) event.preventDefault();
    });
  };

  addEventListener("load", () => {
    forgetWhatIsSaved();
    const found = form();
    if (found) watch(found);
  });
}
