/// The style and the script of the page, in full.
enum ReferenceAssets {
    /// Contrast is at least 4.5:1 in both schemes (WCAG 2.2, 1.4.3).
    static let style = """
        :root { color-scheme: light dark; --ink: #1c2430; --soft: #4a5568; --paper: #ffffff; --card: #f4f6f9; --line: #ccd3dd;
          --link: #0b57b8; --get: #17693c; --post: #0b57b8; --delete: #a3261f; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e6eaf0; --soft: #a9b4c2; --paper: #12161c; --card: #1b212a; --line: #36404d; --link: #8ab8ff;
            --get: #6fd19a; --post: #8ab8ff; --delete: #ff9d96; }
        }
        * { box-sizing: border-box; }
        html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
        @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
        body { margin: 0; color: var(--ink); background: var(--paper); font: 1rem/1.55 system-ui, sans-serif; display: grid;
          grid-template: "head head" auto "nav main" 1fr / 19rem minmax(0, 1fr); }
        header { grid-area: head; padding: 1rem 1.5rem; border-bottom: 1px solid var(--line); display: flex; flex-wrap: wrap;
          gap: 0 2rem; align-items: baseline; }
        h1 { margin: 0; font-size: 1.5rem; } h1 small { color: var(--soft); font-weight: 400; font-size: 1rem; }
        header p { margin: 0; }
        nav { grid-area: nav; padding: 1rem 1.5rem; position: sticky; top: 0; max-height: 100vh; overflow: auto;
          border-right: 1px solid var(--line); font-size: .875rem; }
        nav ul { list-style: none; margin: 0; padding: 0; } nav ul ul { margin: 0 0 .75rem; }
        nav li > span { font-weight: 600; text-transform: capitalize; } nav a { display: block; padding: .2rem 0; }
        nav label { font-weight: 600; } nav input { width: 100%; padding: .45rem; margin: .25rem 0; font: inherit;
          color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: .35rem; }
        main { grid-area: main; padding: 0 1.5rem 4rem; max-width: 64rem; } main:focus { outline: none; }
        h2 { margin: 2.5rem 0 .5rem; text-transform: capitalize; border-bottom: 2px solid var(--line); }
        article { margin: 1.5rem 0; padding: 1rem; background: var(--card); border: 1px solid var(--line);
          border-radius: .5rem; } article h3 { margin: 0; }
        a { color: var(--link); } .anchor { text-decoration: none; }
        code { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
        .route { font-size: 1.05rem; } .scroll { overflow-x: auto; margin: .75rem 0; }
        table { border-collapse: collapse; width: 100%; font-size: .9rem; } caption { text-align: left; font-weight: 600; }
        th, td { text-align: left; vertical-align: top; padding: .4rem .6rem .4rem 0; border-top: 1px solid var(--line); }
        th em, td em { color: var(--soft); font-weight: 400; font-size: .85em; }
        .method { font: 600 .75rem ui-monospace, monospace; } .get { color: var(--get); } .post { color: var(--post); }
        .delete { color: var(--delete); }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        .skip { position: absolute; left: -100vw; } .skip:focus { left: 1rem; top: 1rem; background: var(--paper);
          padding: .5rem; z-index: 1; }
        [hidden] { display: none; }
        @media (max-width: 48rem) {
          body { display: block; }
          nav { position: static; max-height: 40vh; border: 0; border-bottom: 1px solid var(--line); }
        }
        @media print { nav, .skip, .anchor { display: none; } body { display: block; } }

        """

    static let script = """
        "use strict";
        // Hides the entries of the contents that do not hold every word of the filter.
        const filter = document.getElementById("filter");
        const found = document.getElementById("found");
        const entries = Array.from(document.querySelectorAll("nav ul ul li"));
        const apply = () => {
          const words = filter.value.toLowerCase().split(/\\s+/).filter(Boolean);
          let count = 0;
          for (const entry of entries) {
            const text = (entry.textContent + " " + entry.parentElement.parentElement.firstElementChild.textContent).toLowerCase();
            entry.hidden = !words.every((word) => text.includes(word));
            if (!entry.hidden) { count += 1; }
          }
          for (const group of document.querySelectorAll("nav > ul > li")) {
            group.hidden = !group.querySelector("li:not([hidden])");
          }
          found.textContent = words.length ? `${count} found` : "";
        };
        filter.addEventListener("input", apply);

        """
}
