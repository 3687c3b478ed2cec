/// `GET /`: the built-in page. One file without anything from elsewhere, so that it works where no other network does.
///
/// It follows with `fetch` rather than with EventSource: that tells only events whose types the page would have to know
/// beforehand, and cannot send a token but in the URL.
enum Page {
    static func answer() -> RouteResponse {
        // A nonce per answer admits the page's own script and style, and no other (CSP Level 3, section 6.7.3).
        let nonce =
            String(UInt64.random(in: .min ... .max), radix: 36) + String(UInt64.random(in: .min ... .max), radix: 36)
        let policy = [
            "default-src 'none'", "script-src 'nonce-\(nonce)'", "style-src 'nonce-\(nonce)'", "img-src data:",
            "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        ]
        return RouteResponse(
            status: 200,
            headers: [
                ("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"),
                ("Content-Security-Policy", policy.joined(separator: "; ")), ("Referrer-Policy", "no-referrer"),
            ],
            body: Array(html(nonce).utf8))
    }

    private static func html(_ nonce: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>aggregator</title>
        <link rel="icon" href="data:,">
        <style nonce="\(nonce)">
        \(PageStyle.css)
        </style>
        </head>
        <body>
        <header>
          <h1>aggregator</h1>
          <p id="state" role="status" data-state="idle">choose a channel</p>
          <label>Token <input id="token" type="password" autocomplete="off" spellcheck="false"></label>
        </header>
        <main>
          <nav aria-label="Channels"><h2>Channels</h2><ul id="channels"></ul><p id="note" hidden></p></nav>
          <section aria-labelledby="title">
            <div class="bar">
              <h2 id="title">Events</h2>
              <form id="narrow">
                <label>Subject <input id="subject" placeholder="all" autocomplete="off" spellcheck="false"></label>
                <button>Follow</button>
                <button type="button" id="stop">Stop</button>
                <button type="button" id="clear">Clear</button>
              </form>
            </div>
            <pre id="curl" aria-label="The same with curl" hidden></pre>
            <ol id="events" aria-label="Events, the newest first"></ol>
          </section>
        </main>
        <script nonce="\(nonce)">
        \(PageScript.javascript)
        </script>
        </body>
        </html>

        """
    }
}

/// How the page looks, in the light and in the dark.
private enum PageStyle {
    static let css = #"""
        :root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --line: #d5dae0; --page: #f6f7f9; --card: #fff;
          --live: #0a7d3c; --warn: #9a5b00; --stop: #b3261e; --pick: #e3edff; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #9aa4af; --line: #30363d; --page: #0f1216;
          --card: #171b21; --live: #4cc38a; --warn: #e5a13b; --stop: #ff7b72; --pick: #1c2b45; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; padding: .75rem 1.25rem;
          background: var(--card); border-bottom: 1px solid var(--line); }
        h1 { font-size: 1.1rem; margin: 0; } h2 { font-size: .95rem; margin: 0; }
        header label { margin-left: auto; }
        label { color: var(--soft); font-size: .85rem; }
        input, button { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line);
          border-radius: 6px; padding: .25rem .6rem; }
        button { cursor: pointer; } :focus-visible { outline: 2px solid #3b82f6; outline-offset: 1px; }
        #state { margin: 0; color: var(--soft); } #state::before { content: "● "; }
        #state[data-state=live] { color: var(--live); } #state[data-state=retry] { color: var(--warn); }
        #state[data-state=stop] { color: var(--stop); }
        main { display: grid; grid-template-columns: minmax(12rem, 18rem) 1fr; gap: 1.25rem; padding: 1.25rem; }
        @media (max-width: 44rem) { main { grid-template-columns: 1fr; } }
        ul, ol { list-style: none; margin: .5rem 0 0; padding: 0; }
        nav button { width: 100%; text-align: left; background: var(--card); margin-bottom: .35rem; }
        nav button[aria-pressed=true] { background: var(--pick); border-color: #3b82f6; }
        nav small { display: block; color: var(--soft); }
        section { min-width: 0; } .bar, form { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; }
        form { margin-left: auto; gap: .5rem; }
        pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, monospace; }
        #curl { color: var(--soft); padding: .5rem 0; }
        #events li { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .5rem .75rem;
          margin-bottom: .5rem; }
        #events li.gap { border-color: var(--warn); color: var(--warn); }
        .field { display: inline-block; margin-right: 1.5rem; } .field i { color: var(--soft); font-style: normal; }
        .meta { display: flex; gap: .75rem; font-size: .8rem; color: var(--soft); } .meta b { color: var(--ink); }
        .meta span:last-child { margin-left: auto; }
        """#
}

/// What the page does. Whatever a producer sent is shown with `textContent` alone: it can never become markup.
private enum PageScript {
    static let javascript = #"""
        "use strict";
        const $ = id => document.getElementById(id), shown = 200;
        let chosen = null, known = "", run = null;

        const make = (name, text, className) => {
          const element = document.createElement(name);
          element.textContent = text ?? "";
          if (className) element.className = className;
          return element;
        };
        const say = (state, text) => { $("state").dataset.state = state; $("state").textContent = text; };
        const headers = more => {
          const token = $("token").value.trim();
          return token ? { ...more, Authorization: "Bearer " + token } : more;
        };
        const wait = (pause, signal) => new Promise(done => {
          const timer = setTimeout(done, pause);
          signal.addEventListener("abort", () => { clearTimeout(timer); done(); }, { once: true });
        });

        async function list() {
          try {
            const answer = await fetch("/channels", { headers: headers({}) });
            if (!answer.ok) throw new Error((await answer.json()).detail);
            const { channels } = await answer.json();
            $("note").hidden = channels.length > 0;
            $("note").textContent = "No channel that you may read. Is a token needed?";
            draw(channels);
          } catch (error) {
            $("note").hidden = false;
            $("note").textContent = "The channels cannot be listed: " + error.message;
          }
        }

        function draw(channels) {
          const text = JSON.stringify([channels, chosen]);
          if (text === known) return;
          known = text;
          const focused = document.activeElement?.dataset?.name;
          $("channels").replaceChildren(...channels.map(channel => {
            const item = document.createElement("li"), button = make("button", channel.name);
            button.type = "button";
            button.dataset.name = channel.name;
            button.setAttribute("aria-pressed", channel.name === chosen);
            button.append(make("small", `${channel.kept.events} kept · ${channel.subscribers} following`));
            button.onclick = () => { $("subject").value = ""; follow(channel.name); };
            item.append(button);
            if (channel.name === focused) queueMicrotask(() => button.focus());
            return item;
          }));
        }

        // An object is read most easily as its members, each kept together where the line is broken.
        const fields = object => Object.entries(object).map(([name, value]) => {
          const field = make("span", "", "field");
          field.append(make("i", name), " " + (typeof value === "string" ? value : JSON.stringify(value)));
          return field;
        });

        function show(event) {
          const item = document.createElement("li"), meta = make("div", "", "meta");
          const isGap = event.type === "gap";
          meta.append(make("b", event.type), make("span", event.id), make("span", new Date().toLocaleTimeString()));
          const body = make("pre", event.data);
          try {
            const value = JSON.parse(event.data);
            if (isGap) body.textContent =
              value.missed === null ? "Events before this are gone." : value.missed + " events were missed.";
            else if (typeof value === "object" && !Array.isArray(value) && Object.keys(value ?? {}).length)
              body.replaceChildren(...fields(value));
          } catch { /* Not JSON: as it is. */ }
          item.append(meta, body);
          if (isGap) item.className = "gap";
          $("events").prepend(item);
          while ($("events").childElementCount > shown) $("events").lastElementChild.remove();
        }

        // An event stream, as the HTML standard reads one (section 9.2.6), line by line.
        async function read(body, stream) {
          const reader = body.pipeThrough(new TextDecoderStream()).getReader();
          let rest = "", event = { type: "", data: [] };
          for (;;) {
            const { value, done } = await reader.read();
            if (done) return;
            const lines = (rest + value).split("\n");
            rest = lines.pop();
            for (const line of lines) {
              if (line === "") {
                if (event.data.length) show({ id: stream.id, type: event.type || "message", data: event.data.join("\n") });
                event = { type: "", data: [] };
                continue;
              }
              const colon = line.indexOf(":"), name = colon < 0 ? line : line.slice(0, colon);
              const text = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
              if (name === "data") event.data.push(text);
              else if (name === "event") event.type = text;
              else if (name === "id") stream.id = text;
              else if (name === "retry" && /^\d+$/.test(text)) stream.retry = +text;
            }
          }
        }

        async function follow(name) {
          run?.abort();
          const { signal } = run = new AbortController();
          const subject = $("subject").value, stream = { id: "", retry: 3000 };
          const url = "/channels/" + encodeURIComponent(name) + (subject ? "/" + encodeURIComponent(subject) : "");
          chosen = name;
          history.replaceState(null, "", "#" + encodeURIComponent(name));
          $("title").textContent = name;
          $("curl").hidden = false;
          $("curl").textContent = `curl -N ${location.origin}${url}`;
          $("events").replaceChildren();
          list();
          while (!signal.aborted) {
            say("retry", "connecting");
            try {
              const more = { Accept: "text/event-stream" };
              if (stream.id) more["Last-Event-ID"] = stream.id;
              const answer = await fetch(url, { headers: headers(more), signal, cache: "no-store" });
              if (answer.status === 204) return say("stop", "ended");
              if (!answer.ok) return say("stop", (await answer.json()).detail);
              say("live", "live");
              list();
              await read(answer.body, stream);
            } catch { /* A broken connection: come back. */ }
            if (signal.aborted) return;
            say("retry", `waiting ${Math.ceil(stream.retry / 1000)} s to reconnect`);
            await wait(stream.retry, signal);
          }
        }

        $("narrow").onsubmit = event => { event.preventDefault(); if (chosen) follow(chosen); };
        $("stop").onclick = () => { run?.abort(); say("idle", "stopped"); };
        $("clear").onclick = () => $("events").replaceChildren();
        $("token").onchange = () => { list(); if (chosen) follow(chosen); };
        list();
        try {
          if (location.hash) follow(decodeURIComponent(location.hash.slice(1)));
        } catch { /* No name that anybody encoded. */ }
        setInterval(() => { if (!document.hidden) list(); }, 3000);
        """#
}
