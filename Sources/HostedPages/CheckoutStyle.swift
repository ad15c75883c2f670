/// One style for all hosted pages. Contrast is at least 4.5:1 in both schemes (WCAG 2.2, 1.4.3), 3:1 for edges of controls
/// (1.4.11); controls are at least 44 pixels high, and no text to type in is smaller than 16, below which some phones zoom.
enum CheckoutStyle {
    static let css = ##"""
        :root { color-scheme: light dark; --ink: #17202b; --soft: #536070; --paper: #f5f6f8; --card: #ffffff; --line: #dfe3e9;
          --edge: #7d8896; --accent: #0a6355; --accent-deep: #084e43; --on-accent: #ffffff; --tint: #e6f3f0; --wrong: #b3261e;
          --wrong-tint: #fdeceb; --warn: #6b4700; --warn-tint: #fff3d6; --ring: #0b57d0;
          --shadow: 0 1px 2px rgb(23 32 43 / 6%), 0 8px 24px rgb(23 32 43 / 6%); }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e8ecf1; --soft: #a5b0bd; --paper: #101418; --card: #191f26; --line: #2c343e; --edge: #7b8796;
            --accent: #4fc7b0; --accent-deep: #6fd6c2; --on-accent: #06231e; --tint: #16302c; --wrong: #ff9a92;
            --wrong-tint: #3a1c1a; --warn: #ffd480; --warn-tint: #33270d; --ring: #9cc2ff; --shadow: none; }
        }
        * { box-sizing: border-box; }
        [hidden] { display: none !important; }
        html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
        body { margin: 0; color: var(--ink); background: var(--paper); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto,
          "Noto Sans", sans-serif; padding: env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom)
          env(safe-area-inset-left); font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
        h1, h2, p, ol, ul, dl, fieldset { margin: 0; padding: 0; } fieldset { border: 0; min-width: 0; }
        .visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
        .banner { background: var(--warn-tint); color: var(--warn); text-align: center; padding: .5rem 1rem; font-size: .875rem;
          font-weight: 600; }
        .top { max-width: 60rem; margin: 0 auto; padding: 1rem min(1.25rem, 5vw) .25rem; font-weight: 600; }
        main { max-width: 60rem; margin: 0 auto; padding: .75rem min(1rem, 4vw) 2.5rem; }
        .loading { display: flex; gap: .75rem; justify-content: center; align-items: center; padding: 5rem 0; color: var(--soft); }
        .late { visibility: hidden; animation: late 0s 15s forwards; } .loading[hidden] + .late { display: none; } .late span { display: block; margin-top: .5rem; }
        @keyframes late { to { visibility: visible; } }
        .checkout, .pay, .actions { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
        .summary, .pay, .outcome, .receipt { background: var(--card); border-radius: 1rem; padding: min(1.25rem, 5vw); box-shadow: var(--shadow);
          border: 1px solid var(--line); }
        .pay { gap: 1.25rem; align-content: start; }
        h1 { font-size: 1rem; font-weight: 500; color: var(--soft); line-height: 1.35; }
        .total { display: block; font-size: clamp(1.5rem, 9vw, 2.1rem); font-weight: 650; letter-spacing: -.02em; color: var(--ink); line-height: 1.25; }
        h2, legend { font-size: 1rem; font-weight: 650; margin-bottom: .6rem; padding: 0; }
        .lines { list-style: none; margin-top: 1rem; border-top: 1px solid var(--line); }
        .lines li { display: flex; gap: .5rem 1rem; justify-content: space-between; align-items: center; padding: .65rem 0; flex-wrap: wrap;
          border-bottom: 1px solid var(--line); }
        .lines .what { flex: 1 1 6rem; min-width: 0; } .lines .times { color: var(--soft); }
        .lines .much, .totals dd { margin-left: auto; text-align: right; }
        .stepper { display: inline-flex; flex: none; align-items: center; border: 1px solid var(--edge); border-radius: .6rem; }
        .stepper button { width: 2.75rem; height: 2.75rem; border: 0; background: none; color: inherit; font: 600 1.25rem/1 system-ui;
          border-radius: .6rem; cursor: pointer; }
        .stepper button[aria-disabled=true] { color: var(--soft); opacity: .5; cursor: default; }
        .stepper output { min-width: 1.75rem; text-align: center; }
        .tips { margin-top: 1.1rem; } .chips { display: flex; flex-wrap: wrap; gap: .5rem; margin-bottom: .6rem; }
        .chips label { position: relative; display: inline-flex; max-width: 100%; }
        .chips input { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: pointer; width: 100%; height: 100%; }
        .chips span { padding: .6rem 1rem; border: 1px solid var(--edge); border-radius: 2rem; min-height: 2.75rem; }
        .chips input:checked + span { background: var(--accent); color: var(--on-accent); border-color: var(--accent); font-weight: 600; }
        .chips input:focus-visible + span { outline: 3px solid var(--ring); outline-offset: 2px; }
        .totals { margin-top: 1rem; } .totals div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .2rem 0; color: var(--soft); }
        .totals dt { max-width: 100%; }
        .totals .sum { color: var(--ink); font-weight: 650; border-top: 1px solid var(--line); margin-top: .5rem; padding-top: .7rem; }
        .field { margin-bottom: .85rem; } .field:last-child { margin-bottom: 0; }
        .field label, .card .field label { display: block; font-size: .875rem; font-weight: 550; margin-bottom: .3rem; }
        input:not([type=checkbox], [type=radio]), select { width: 100%; min-height: 3rem; padding: .65rem .8rem; font: inherit; font-size: 1rem;
          color: inherit; background: var(--card); border: 1px solid var(--edge); border-radius: .6rem; }
        input[aria-invalid=true] { border-color: var(--wrong); box-shadow: inset 0 0 0 1px var(--wrong); }
        .lines .wide { flex: 1 1 100%; margin: 0; }
        .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(8rem, 100%), 1fr)); gap: 0 .85rem; } .pair .field { margin-bottom: .85rem; }
        .hint { color: var(--soft); font-size: .8125rem; margin-top: .25rem; }
        .error { color: var(--wrong); font-size: .875rem; margin-top: .3rem; }
        .error::before { content: "!"; display: inline-block; width: 1.05rem; height: 1.05rem; margin-right: .35rem; border-radius: 50%; text-align: center;
          font: 700 .75rem/1.05rem system-ui; color: var(--card); background: var(--wrong); }
        .with-brand { position: relative; } .with-brand input { padding-right: 5.5rem; letter-spacing: .03em; }
        .brand { position: absolute; right: .7rem; top: 50%; transform: translateY(-50%); font-size: .7rem; font-weight: 700;
          letter-spacing: .04em; color: var(--soft); }
        .brand:not(:empty) { border: 1px solid var(--edge); border-radius: .3rem; padding: .15rem .4rem; color: var(--ink); }
        .choice { display: flex; align-items: center; gap: .75rem; padding: .75rem .85rem; border: 1px solid var(--edge); border-radius: .7rem;
          margin-bottom: .5rem; cursor: pointer; min-height: 3.25rem; position: relative; }
        .choice:has(input:checked) { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); background: var(--tint); }
        .choice:has(input:focus-visible) { outline: 3px solid var(--ring); outline-offset: 2px; }
        .choice input, .check input { accent-color: var(--accent); width: 1.2rem; height: 1.2rem; flex: none; margin: 0; }
        .choice { flex-wrap: wrap; } .choice .grow { flex: 1 1 6rem; min-width: 0; } .choice small { display: block; color: var(--soft); font-size: .8125rem; }
        .mark { flex: none; font-size: .7rem; font-weight: 700; letter-spacing: .04em; border: 1px solid var(--edge); border-radius: .3rem; padding: .15rem .4rem;
          background: var(--card); }
        .check { display: flex; gap: .65rem; align-items: start; padding: .4rem 0; } .check label { font-size: .9375rem; }
        .notice { border-radius: .7rem; padding: .8rem 1rem; background: var(--warn-tint); color: var(--warn); }
        .notice.wrong { background: var(--wrong-tint); color: var(--wrong); }
        button { font: inherit; }
        .primary { width: 100%; min-height: 3.4rem; border: 0; border-radius: .8rem; background: var(--accent); color: var(--on-accent); font-size: 1.0625rem;
          font-weight: 650; cursor: pointer; display: inline-flex; gap: .6rem; align-items: center; justify-content: center; padding: .5rem 1rem; }
        .primary:hover { background: var(--accent-deep); }
        .primary[aria-disabled=true] { cursor: progress; opacity: .85; }
        .primary .spinner { display: none; } .primary[data-busy=true] .spinner { display: block; }
        .plain { min-height: 2.75rem; padding: .5rem 1.1rem; border: 1px solid var(--edge); border-radius: .7rem; background: none; color: inherit; cursor: pointer; }
        .link { background: none; border: 0; padding: .6rem; color: var(--soft); text-decoration: underline; cursor: pointer; min-height: 2.75rem; }
        .spinner { width: 1.15rem; height: 1.15rem; border-radius: 50%; border: 2px solid currentColor; border-right-color: transparent; flex: none;
          animation: turn .8s linear infinite; }
        @keyframes turn { to { transform: rotate(1turn); } }
        .fine { font-size: .8125rem; color: var(--soft); text-align: center; } .fine a { color: inherit; }
        .sealed svg { vertical-align: -.1em; }
        .fine { text-wrap: balance; }
        .outcome { text-align: center; max-width: 30rem; margin: 1rem auto; padding: 2.25rem min(1.25rem, 5vw); }
        .outcome h1 { font-size: 1.4rem; color: var(--ink); font-weight: 650; margin: 1rem 0 .4rem; }
        .outcome p { color: var(--soft); white-space: pre-line; } .outcome .actions { margin-top: 1.5rem; }
        .actions { gap: .6rem; }
        .badge { width: 4rem; height: 4rem; margin: 0 auto; border-radius: 50%; display: grid; place-items: center; background: var(--tint);
          color: var(--accent); font: 600 2rem/1 system-ui; }
        .badge .spinner { width: 2rem; height: 2rem; border-width: 3px; }
        .badge.wrong { background: var(--wrong-tint); color: var(--wrong); } .badge.wait { background: var(--warn-tint); color: var(--warn); }
        .receipt { max-width: 30rem; margin: 1rem auto; } .receipt dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin-bottom: 1rem; }
        .receipt dt { color: var(--soft); } .receipt dd { margin: 0; text-align: right; white-space: pre-line; }
        .receipt table { width: 100%; border-collapse: collapse; margin-bottom: 1rem; } .receipt th { text-align: left; font-weight: 400; }
        .receipt td { text-align: right; padding-left: .75rem; } .receipt th, .receipt td { padding: .45rem 0; border-top: 1px solid var(--line); }
        .receipt tr:last-child th, .receipt tr:last-child td { font-weight: 650; }
        .crowd progress { width: 100%; height: .75rem; margin: .5rem 0; accent-color: var(--accent); } .crowd .lines { margin-top: .5rem; }
        .lines small { display: block; color: var(--soft); font-size: .8125rem; } #offer { margin-top: .8rem; } #offer h2 { margin: 0; } .outcome .crowd { text-align: left; margin-top: 1.5rem; }
        .outcome .crowd p { margin: 0; } #together .field { margin-top: .6rem; } #together-parts { margin-top: .4rem; } .field .actions { margin-top: .6rem; } #group-confirm .actions { margin-top: .8rem; }
        :focus-visible { outline: 3px solid var(--ring); outline-offset: 2px; }
        .outcome:focus, .receipt:focus, .notice:focus, .crowd h2:focus { outline: none; }
        @media (min-width: 54rem) {
          .checkout { grid-template-columns: 1fr 1.05fr; gap: 1.5rem; align-items: start; } .summary { position: sticky; top: 1rem; }
          .summary, .pay { padding: 1.75rem; } main { padding-top: 1.5rem; } .total { font-size: 2.5rem; }
        }
        @media (prefers-reduced-motion: reduce) { .spinner { animation-duration: 3s; } }
        @media (forced-colors: active) { .choice:has(input:checked), .chips input:checked + span { outline: 3px solid Highlight; } }
        @media print {
          :root { --ink: #000; --soft: #333; --paper: #fff; --card: #fff; --line: #999; --shadow: none; }
          body { background: #fff; } .outcome, .actions, .checkout { display: none !important; } .receipt { border: 0; max-width: none; padding: 0; }
        }
        """##
}
