// What is pasted keeps its words and emphasis: see decision 37.

import { Extension, Plugin } from "django-prose-editor/editor";

const STYLE = "data-pasted-style";
const TAG = /<[a-z](?:"[^"]*"|'[^']*'|[^"'>])*>/gi;
const SHEET = /<style\b[^>]*>([\s\S]*?)<\/style\s*>/gi;
const BLOCKS =
  "address,article,aside,blockquote,body,div,dd,dl,footer,h1,h2,h3,h4,h5,h6,header,li,main,nav," +
  "ol,p,pre,section,table,ul";
const BLOCKS_TO_BE = "caption,center,dt,figcaption,legend,summary";
const HEADINGS = "h1,h2,h3,h4,h5,h6";
const UNSEEN = /mso-hide:\s*all|mso-(element|special-character):\s*comment/i;
const ROMAN = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"];

const MARKS = {
  strong: (element, style) =>
    states(style["font-weight"], /^(bold.*|[6-9]\d\d|1000)$/, element, "b,strong,th"),
  em: (element, style) =>
    states(style["font-style"], /italic|oblique/, element, "i,em,cite,dfn,var"),
  sup: (element, style) =>
    style["vertical-align"] === "super" || element.matches("sup") || undefined,
  sub: (element, style) => style["vertical-align"] === "sub" || element.matches("sub") || undefined,
};
const MARKED = "b,strong,i,em,cite,dfn,var,sup,sub";

const states = (value, isOn, element, tags) => {
  if (!value) return element.matches(tags) || undefined;
  return /^(inherit|unset)$/.test(value) ? undefined : isOn.test(value);
};

const stylesOf = (doc, css) => {
  const styles = new Map();
  const add = (element, { style }) => {
    const known = styles.get(element) ?? {};
    for (const name of ["font-weight", "font-style", "vertical-align", "display"]) {
      known[name] = style.getPropertyValue(name) || known[name];
    }
    styles.set(element, known);
  };
  const sheet = new CSSStyleSheet(); // made by a script: parsed, and applied to nothing
  sheet.replaceSync(`${css.replace(/<!--|-->/g, "")}\n`);
  for (const rule of sheet.cssRules) {
    if (!(rule instanceof CSSStyleRule)) continue;
    for (const element of doc.querySelectorAll(rule.selectorText)) add(element, rule);
  }
  sheet.replaceSync("own {}");
  const [own] = sheet.cssRules;
  for (const element of doc.querySelectorAll(`[${STYLE}]`)) {
    own.style.cssText = element.getAttribute(STYLE);
    add(element, own);
  }
  return styles;
};

const ancestors = function* (node) {
  for (let each = node.parentElement; each; each = each.parentElement) yield each;
};

const isMarked = (mark, text, styles) => {
  if (mark === "strong" && text.parentNode.closest(HEADINGS)) return false;
  for (const element of ancestors(text)) {
    const answer = MARKS[mark](element, styles.get(element) ?? {});
    if (answer !== undefined) return answer;
  }
  return false;
};

const emphasise = (doc, styles) => {
  const marks = nodesOf(doc.body, NodeFilter.SHOW_TEXT).map((text) => [
    text,
    Object.keys(MARKS).filter((mark) => isMarked(mark, text, styles)),
  ]);
  for (const element of doc.querySelectorAll(MARKED)) element.replaceWith(...element.childNodes);
  for (const [text, names] of marks) {
    if (!isBetweenBlocks(text)) names.reduce((inner, name) => wrap(inner, name), text);
  }
};

const nodesOf = (root, kind) => {
  const walker = root.ownerDocument.createTreeWalker(root, kind);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  return nodes;
};

const wrap = (node, name) => {
  const element = node.ownerDocument.createElement(name);
  node.replaceWith(element);
  element.append(node);
  return element;
};

const rename = (element, name) => {
  const renamed = element.ownerDocument.createElement(name);
  renamed.append(...element.childNodes);
  element.replaceWith(renamed);
};

const isBlank = (node) => !node.textContent.trim();
const isBlock = (node) => node.nodeType === Node.ELEMENT_NODE && node.matches(BLOCKS);

const neighbour = (node, side) => {
  let next = node[side];
  while (next && next.nodeType !== Node.ELEMENT_NODE && isBlank(next)) next = next[side];
  return next || isBlock(node.parentNode) ? next : neighbour(node.parentNode, side);
};

const isEdge = (node) => !node || isBlock(node);

const isBetweenBlocks = (node) =>
  isBlank(node) &&
  isEdge(neighbour(node, "previousSibling")) &&
  isEdge(neighbour(node, "nextSibling"));

const removeUnseen = (doc, styles) => {
  for (const comment of nodesOf(doc.body, NodeFilter.SHOW_COMMENT)) comment.remove();
  for (const element of doc.querySelectorAll("script,template,title,del,hr,.MsoCommentReference")) {
    element.remove();
  }
  for (const element of doc.querySelectorAll(`[${STYLE}]`)) {
    if (UNSEEN.test(element.getAttribute(STYLE))) element.remove();
  }
  for (const [element, { display }] of styles) if (display === "none") element.remove();
};

const partLines = (doc, styles) => {
  const display = (element) => styles.get(element)?.display ?? "";
  for (const element of doc.querySelectorAll("body *")) {
    const isLine = /^(block|flex|grid|list-item|table)$/.test(display(element));
    if (isBlock(element) || !(isLine || /flex|grid/.test(display(element.parentNode)))) continue;
    for (const [side, add] of [
      ["previousSibling", "before"],
      ["nextSibling", "after"],
    ]) {
      const beside = neighbour(element, side);
      if (!isEdge(beside) && beside.nodeName !== "BR") element[add](doc.createElement("br"));
    }
  }
};

const removeDeadLinks = (doc) => {
  for (const link of doc.querySelectorAll("a[href]")) {
    const leadsNowhere = /^\s*(#|file:|about:)/i.test(link.getAttribute("href"));
    if (leadsNowhere) link.replaceWith(...link.childNodes);
  }
};

const dissolveTables = (doc) => {
  for (const table of [...doc.querySelectorAll("table")].reverse()) {
    table.replaceWith(
      ...[...table.querySelectorAll("caption,tr")].map((row) => {
        const block = doc.createElement("div");
        const cells = row.matches("tr") ? [...row.cells] : [row];
        for (const cell of cells.filter((each) => !isBlank(each))) fill(block, cell);
        return block;
      }),
    );
  }
};

const fill = (block, cell) => {
  const [only, ...others] = [...cell.childNodes].filter((node) => !isBlank(node));
  if (!others.length && only.nodeName === "P") only.replaceWith(...only.childNodes);
  const isInline = !cell.querySelector(BLOCKS);
  if (isInline && !isEdge(block.lastChild)) block.append(block.ownerDocument.createElement("br"));
  block.append(...cell.childNodes);
};

const fitHeadings = (doc, levels) => {
  for (const heading of doc.querySelectorAll(HEADINGS)) {
    const level = Number(heading.localName[1]);
    const fitting = Math.min(Math.max(level, Math.min(...levels)), Math.max(...levels));
    if (fitting !== level) rename(heading, `h${fitting}`);
  }
};

const removeLayout = (doc) => {
  for (const element of doc.querySelectorAll(BLOCKS_TO_BE)) rename(element, "div");
  for (const element of doc.querySelectorAll("br")) {
    if (isBetweenBlocks(element)) element.remove();
  }
  for (const element of doc.querySelectorAll(`p,li,${HEADINGS}`)) {
    if (isBlank(element)) element.remove();
  }
};

const listOf = (marker) => {
  const [, digits, letters] = /^\(?(?:(\d+)[.):]?|([a-z]+)[.):])$/i.exec(marker) ?? [];
  if (digits) return { tag: "ol", start: Number(digits), type: "1" };
  if (!letters) return [...marker].length < 2 ? { tag: "ul" } : null;
  const lower = letters.toLowerCase();
  const type = ROMAN.includes(lower) ? "i" : "a";
  if (type === "a" && letters.length > 1) return null;
  const start = type === "i" ? ROMAN.indexOf(lower) + 1 : lower.charCodeAt(0) - 96;
  return { tag: "ol", start, type: letters === lower ? type : type.toUpperCase() };
};

const itemOf = (paragraph) => {
  const [, level] = /mso-list:\s*\S+\s+level(\d+)/i.exec(paragraph.getAttribute(STYLE)) ?? [];
  const marker = paragraph.querySelector(`[${STYLE}*="mso-list:Ignore" i]`);
  const list = level && listOf(marker?.textContent.trim() ?? "");
  if (list) marker?.remove();
  return list && { ...list, level: Number(level) };
};

const makeList = (doc, { tag, start, type }) => {
  const list = doc.createElement(tag);
  if (start > 1) list.start = start;
  if (tag === "ol" && type !== "1") list.type = type;
  return list;
};

const takes = (list, { tag, start }) =>
  list?.localName === tag && (tag === "ul" || start === list.start + list.childElementCount);

const buildLists = (doc) => {
  let open = [];
  for (const paragraph of doc.querySelectorAll(`p[${STYLE}]`)) {
    const item = itemOf(paragraph);
    if (!item) continue;
    if (neighbour(paragraph, "previousSibling") !== open[0]) open = [];
    const depth = Math.min(item.level, open.length + 1);
    open.length = Math.min(open.length, depth);
    if (!takes(open[depth - 1], item)) {
      const list = makeList(doc, item);
      if (depth > 1) open[depth - 2].lastElementChild.append(list);
      else paragraph.before(list);
      open[depth - 1] = list;
    }
    open[depth - 1].append(paragraph);
    wrap(paragraph, "li");
  }
};

const LONG = 30; // shorter lines may be a list
const ITEM = /^(?:[•◦▪‣·*–—-]|\(?\d+[.)])\s/u;
const HYPHEN = /(\p{L}+)([-\u2010\u00ad])$/u;
const OTHER_HALF = /^(?:and|or|to|und|oder|bis|et|ou)\b/; // pre- and postoperative

const firstWord = (line) => line.split(" ", 1)[0];

const isBroken = (lines) => {
  const next = lines.slice(1).filter((line, index) => line && lines[index]);
  const within = next.filter((line) => /^\p{Ll}/u.test(line));
  const isProse = within.length > 0 && within.length * 3 >= next.length;
  return isProse && lines.some((line) => line.length >= LONG);
};

// A hyphen goes only where the text shows that it may.
const joining = (text) => {
  const words = new Set(text.toLowerCase().split(/[^\p{L}-]+/u));
  const isOfThePage = (hyphen) =>
    hyphen === "\u00ad" || (hyphen === "\u2010" && !/\u2010\S/.test(text));
  return (done, line, next) => {
    const [, begin, hyphen] = HYPHEN.exec(line) ?? [];
    const end = /^\p{L}+/u.exec(next)?.[0];
    if (/\S-$/.test(line) && /^\d/.test(next)) return done + next;
    if (!hyphen || !end || OTHER_HALF.test(next)) return `${done} ${next}`;
    const isOne = isOfThePage(hyphen) || words.has((begin + end).toLowerCase());
    const isTwo = words.has(`${begin}-${end}`.toLowerCase());
    return (isOne && !isTwo ? done.slice(0, -1) : done) + next;
  };
};

export const unwrapLines = (text) => {
  const lines = text.trim().split(/\r\n?|\n/).map((line) => line.trim());
  if (text.includes("\t") || !isBroken(lines)) return text.replace(/^[\r\n]+|[\r\n]+$/g, "");
  const width = Math.max(...lines.map((line) => line.length)) * 0.8;
  const join = joining(text);
  const joined = [""];
  lines.forEach((next, index) => {
    const line = lines[index - 1];
    const isFull = /\S[-\u2010\u00ad]$/.test(line) || `${line} ${firstWord(next)}`.length > width;
    const goesOn = line && next && !ITEM.test(next) && (isFull || /^\p{Ll}/u.test(next));
    joined.push(goesOn ? join(joined.pop(), line, next) : next);
  });
  return joined.slice(1).join("\n");
};

export const cleanPaste = (html, levels) => {
  const css = [...html.matchAll(SHEET)].map(([, rules]) => rules).join("\n");
  const disarmed = html
    .replace(SHEET, "")
    .replace(TAG, (tag) => tag.replace(/([\s"'/])style(?=\s*=)/gi, `$1${STYLE}`));
  if (disarmed.includes("data-pm-slice")) return disarmed; // from an editor like this one
  const doc = new DOMParser().parseFromString(disarmed, "text/html");
  const styles = stylesOf(doc, css);
  removeUnseen(doc, styles);
  buildLists(doc);
  partLines(doc, styles);
  emphasise(doc, styles);
  dissolveTables(doc);
  removeDeadLinks(doc);
  fitHeadings(doc, levels);
  removeLayout(doc);
  return doc.body.innerHTML;
};

export const Paste = Extension.create({
  name: "paste",

  transformPastedHTML(html) {
    const { extensions } = this.editor.extensionManager;
    const { levels } = extensions.find(({ name }) => name === "heading").options;
    return cleanPaste(html, levels);
  },

  onCreate() {
    const { dom } = this.editor.view;
    const field = dom.closest(".prose-editor").querySelector("textarea");
    dom.ariaLabel = field.labels[0].textContent.replace(/:$/, "");
    dom.setAttribute("aria-describedby", field.getAttribute("aria-describedby") ?? "");
  },

  addProseMirrorPlugins() {
    // Chromium offers the plain text of a PDF as HTML, too: “a<b” in it is no tag.
    const paste = (view, event) => {
      const text = event.clipboardData?.getData("text/plain");
      if (!view.editable || !text || text !== event.clipboardData.getData("text/html")) return false;
      event.preventDefault();
      return view.pasteText(text, event);
    };
    return [
      new Plugin({ props: { transformPastedText: unwrapLines, handleDOMEvents: { paste } } }),
    ];
  },
});
