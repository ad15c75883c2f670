"""Stripe's asynchronous client under the names of the plain one, so that the tests of one are the tests of both: each call runs its `…_async`
method on one event loop and waits for it."""

import asyncio
import threading

import stripe
from stripe import ListObject, SearchResultObject

CALLS = {
    "accept", "advance", "attach", "cancel", "capture", "close", "confirm", "create", "delete", "detach", "expire",
    "increment_authorization", "list", "list_line_items", "raw_request", "retrieve", "reverse", "search", "update",
}  # fmt: skip


class Loop:
    """An event loop in a thread of its own: the client's connections live as long as it does."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=60)

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout=10)
        self.loop.close()


class AsyncClient:
    """Stands for a `stripe.StripeClient`."""

    def __init__(self, daemon, key):
        self.loop = Loop()
        self.http = stripe.AIOHTTPClient(timeout=30)
        self.client = stripe.StripeClient(
            key, base_addresses={"api": daemon.dev["base_url"]}, max_network_retries=0, http_client=self.http)

    @property
    def v1(self):
        return Service(self.client.v1, self.loop)

    def raw_request(self, *arguments, **options):
        return self.loop.run(self.client.raw_request_async(*arguments, **options))

    def deserialize(self, *arguments, **options):
        return self.client.deserialize(*arguments, **options)

    def close(self):
        self.loop.run(self.http.close_async())
        self.loop.close()


class Service:
    def __init__(self, service, loop):
        self.service, self.loop = service, loop

    def __getattr__(self, name):
        if name not in CALLS:
            return Service(getattr(self.service, name), self.loop)
        method = getattr(self.service, name + "_async")

        def call(*arguments, **options):
            found = self.loop.run(method(*arguments, **options))
            return Pages(found, self.loop) if isinstance(found, (ListObject, SearchResultObject)) else found

        return call


class Pages:
    """A list whose further pages are fetched asynchronously too."""

    def __init__(self, page, loop):
        self.page, self.loop = page, loop

    def __getattr__(self, name):
        return getattr(self.page, name)

    def auto_paging_iter(self):
        async def everything():
            return [item async for item in self.page.auto_paging_iter()]

        return iter(self.loop.run(everything()))
