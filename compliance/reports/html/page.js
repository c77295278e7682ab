// What a browser adds to the page: search, unfolding, links that open what they lead to.
// Without it the page is whole: everything is there, folded.
(() => {
  "use strict";
  const tools = document.querySelector(".tools");
  const search = document.getElementById("search");
  const only = document.getElementById("only");
  const found = tools.querySelector(".found");
  const items = [...document.querySelectorAll("details.item")];
  const texts = new Map();

  // Read once, and only when somebody searches: a large report has much text.
  const textOf = (item) => {
    if (!texts.has(item)) texts.set(item, item.textContent.toLowerCase());
    return texts.get(item);
  };

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = only.value.split(" ").filter(Boolean);
    let shown = 0;
    for (const item of items) {
      const statuses = item.dataset.s.split(" ");
      const fits = (!wanted.length || wanted.some((status) => statuses.includes(status)))
        && words.every((word) => textOf(item).includes(word));
      item.hidden = !fits;
      shown += fits;
    }
    const active = words.length || wanted.length;
    found.textContent = active ? `${shown} of ${items.length} match` : "";
    for (const heading of document.querySelectorAll(".list > h3")) {
      let next = heading.nextElementSibling;
      let any = false;
      while (next && next.tagName !== "H3" && !any) {
        any = next.matches("details.item") && !next.hidden;
        next = next.nextElementSibling;
      }
      heading.hidden = active && !any;
    }
  };

  // A link leads to something that may be folded away, or filtered out.
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    const around = target.closest("details.item");
    if (around && around.hidden) {
      search.value = "";
      only.value = "";
      filter();
    }
    for (let each = target.closest("details"); each; each = each.parentElement.closest("details")) {
      each.open = true;
    }
    const shown = target.parentElement.matches("details") ? target.parentElement : target;
    // What lies above takes its true height only when it comes near, and moves this again.
    const settle = (frames) => {
      shown.scrollIntoView({ block: "start" });
      if (frames) requestAnimationFrame(() => settle(frames - 1));
    };
    settle(4);
    const focusable = shown.matches("details") ? shown.querySelector("summary") : shown;
    if (!focusable.matches("summary, a")) focusable.tabIndex = -1;
    focusable.focus({ preventScroll: true });
  };

  let waiting = 0;
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  };
  tools.hidden = false;
  search.addEventListener("input", later);
  only.addEventListener("change", filter);
  tools.addEventListener("submit", (event) => {
    event.preventDefault();
    filter();
    items.find((item) => !item.hidden)?.querySelector("summary").focus();
  });
  tools.addEventListener("click", (event) => {
    const fold = event.target.dataset?.fold;
    if (fold === undefined) return;
    for (const each of document.querySelectorAll("main details")) each.open = Boolean(fold);
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "/" && !typing) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && event.target === search) {
      search.value = "";
      filter();
    }
  });
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    // The same link twice changes no address, and still must lead somewhere.
    const link = event.target.closest?.("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) reveal();
  });

  // Printed, nothing is folded. The style does it where it can.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const each of folded) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of folded) each.open = false;
    folded = [];
  });

  const picture = document.querySelector("figure svg");
  for (const node of picture?.querySelectorAll(".node") ?? []) {
    const key = node.dataset.node;
    const light = (on) => {
      picture.classList.toggle("lit", on);
      for (const way of picture.querySelectorAll(".way")) {
        way.classList.toggle("on", on && [way.dataset.source, way.dataset.target].includes(key));
      }
    };
    for (const event of ["mouseenter", "focus"]) node.addEventListener(event, () => light(true));
    for (const event of ["mouseleave", "blur"]) node.addEventListener(event, () => light(false));
  }

  reveal();
})();
