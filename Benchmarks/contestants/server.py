"""Server-Sent Events with FastAPI, as a tutorial would write it: a queue for each subscriber."""

import asyncio
import sys

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

app = FastAPI()
queues: set[asyncio.Queue[str]] = set()


@app.get("/events")
async def events() -> StreamingResponse:
    queue: asyncio.Queue[str] = asyncio.Queue()
    queues.add(queue)

    async def stream():
        try:
            while True:
                yield f"data: {await queue.get()}\n\n"
        finally:
            queues.discard(queue)

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"Cache-Control": "no-cache"})


@app.post("/publish", status_code=202)
async def publish(request: Request) -> dict[str, int]:
    body = (await request.body()).decode()
    for queue in queues:
        queue.put_nowait(body)
    return {"accepted": 1}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False, backlog=4096)
