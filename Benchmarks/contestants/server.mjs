// Server-Sent Events with Node's http alone: one write for each event and subscriber.
import { createServer } from "node:http";

const subscribers = new Set();

const server = createServer((request, response) => {
  if (request.method === "GET") {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
    response.flushHeaders();
    subscribers.add(response);
    response.on("close", () => subscribers.delete(response));
    return;
  }
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => {
    for (const subscriber of subscribers) subscriber.write(`data: ${body}\n\n`);
    response.writeHead(202, { "Content-Type": "application/json" });
    response.end('{"accepted":1}');
  });
});

server.keepAliveTimeout = 600_000;
server.listen({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 4096 });
