"""Headless Chromium for the tests of pages, a front before the gateway that keeps what browsers send, and pictures of what they show."""

import asyncio
import base64
import os
import pathlib
import ssl
import threading
import time
import urllib.parse

import axe_core_python
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException, WebDriverException, WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from florin import ROOT

PICTURES = ROOT / ".build" / "pages"
SIZES = {"phone": (390, 844), "small": (320, 568), "desktop": (1280, 800)}
AXE = (pathlib.Path(axe_core_python.__file__).parent / "axe.min.js").read_text()
SECONDS = 15
# What consoles said since a test began, of all browsers; see the fixture `quiet_consoles`.
CONSOLES = []
RUNNING = []


def fresh(size="phone", language="en", dark=False):
    """A browser without any memory."""
    options = webdriver.ChromeOptions()
    options.binary_location = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update", "--ignore-certificate-errors",
                     "--proxy-server=direct://", f"--lang={language}", f"--accept-lang={language}"):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(os.environ.get("CHROMEDRIVER", "/usr/bin/chromedriver")))
    driver.set_page_load_timeout(SECONDS)
    RUNNING.append(driver)
    return Browser(driver, size, language, dark)


def hear():
    """Takes over what the consoles of all browsers hold."""
    for driver in RUNNING:
        try:
            CONSOLES.extend(line for line in driver.get_log("browser") if line["level"] == "SEVERE")
        except WebDriverException:
            pass  # A window that was closed.


def errors():
    """What was thrown, or refused by the policy, since `CONSOLES` was cleared. Answers that were refused are not errors of a page."""
    hear()
    return [line["message"] for line in CONSOLES if line.get("source") != "network"]


MISFITS = """
    const found = [], width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
    for (const node of document.querySelectorAll("body *")) {
      const place = node.getBoundingClientRect(), name = `${node.tagName} #${node.id} .${node.className}`;
      if (!place.width || node.closest(".visually-hidden, svg") || node.tagName === "OPTION") continue;
      if (place.right > width + 1 || place.left < -1) found.push(`${name} from ${place.left} to ${place.right}`);
      if (getComputedStyle(node).display !== "inline" && node.clientWidth && node.scrollWidth > node.clientWidth + 1 && !("value" in node)) {
        found.push(`${name} holds ${node.scrollWidth} in ${node.clientWidth}`);
      }
      const isControl = ["BUTTON", "SELECT"].includes(node.tagName) || (node.tagName === "INPUT" && !["checkbox", "radio"].includes(node.type));
      if (isControl && place.height < 43.5) found.push(`${name} is ${place.height} high`);
    }
    return found;
"""


class Browser:
    """One tab. What is looked for is waited for, at most SECONDS."""

    def __init__(self, driver, size, language, dark):
        self.driver, self.size = driver, size
        width, height = SIZES[size]
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=size != "desktop")
        self.cdp("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}, {"name": "prefers-reduced-motion", "value": "reduce"}])  # fmt: skip
        self.cdp("Emulation.setTimezoneOverride", timezoneId="Europe/Rome")
        self.cdp("Network.enable")

    def cdp(self, command, **parameters):
        return self.driver.execute_cdp_cmd(command, parameters)

    def open(self, url):
        # The same address with another secret is not loaded anew by itself.
        self.driver.get("about:blank")
        self.driver.get(url)
        return self

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait(self, wanted, what):
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                if found := wanted():
                    return found
            except (NoSuchElementException, StaleElementReferenceException):
                pass
            except WebDriverException as error:
                # Another word for a stale element: the page was left between finding it and looking at it.
                if "does not belong to the document" not in str(error):
                    raise
            if time.monotonic() > deadline:
                shown = self.run("return document.body ? document.body.innerText : ''")
                raise AssertionError(f"waited for {what}; the page shows:\n{shown}\n{self.driver.get_log('browser')}")
            time.sleep(0.05)

    def find(self, selector):
        return self.wait(lambda: next((e for e in self.driver.find_elements(By.CSS_SELECTOR, selector) if e.is_displayed()), None), selector)

    def sees(self, selector):
        return any(element.is_displayed() for element in self.driver.find_elements(By.CSS_SELECTOR, selector))

    def text(self, selector):
        return self.find(selector).text

    def click(self, selector):
        self.find(selector).click()
        return self

    def type(self, selector, text):
        element = self.find(selector)
        element.clear()
        element.send_keys(text)
        return self

    def reads(self, selector, part):
        """Waits until `part` stands there."""
        self.wait(lambda: part in self.find(selector).text, f"“{part}” in {selector}")
        return self

    def offline(self, isOffline):
        self.cdp("Network.emulateNetworkConditions", offline=isOffline, latency=0, downloadThroughput=-1, uploadThroughput=-1)

    def picture(self, name):
        """The whole page, kept for people to look at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        data = self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
        (PICTURES / f"{name}-{self.size}.png").write_bytes(base64.b64decode(data))

    def problems(self):
        """What axe-core finds wrong, of every rule of WCAG 2.1 A and AA and of its best practices."""
        # Runs in the page's own world, past the policy that forbids it scripts of others.
        self.cdp("Runtime.evaluate", expression=AXE)
        found = self.cdp("Runtime.evaluate", awaitPromise=True, returnByValue=True, expression="""
            axe.run(document, { resultTypes: ["violations"] }).then((result) =>
              result.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html.slice(0, 120) + " " + n.failureSummary).join(" | ")))""")
        assert "value" in found["result"], found
        return found["result"]["value"]

    def complaints(self):
        """What the browser's console holds against the page: refused by the policy, not found, thrown."""
        found = [line for line in self.driver.get_log("browser") if line["level"] == "SEVERE"]
        CONSOLES.extend(found)
        return [line["message"] for line in found]

    def expects(self, part):
        """Takes what the console says of `part` as wanted by the test."""
        hear()
        CONSOLES[:] = [line for line in CONSOLES if part not in line["message"]]

    def magnify(self, percent):
        """All text in another size, as webviews do it when the phone is set so."""
        self.run("const s = new CSSStyleSheet(); s.replaceSync(`html { font-size: ${arguments[0]}% }`); document.adoptedStyleSheets = [s];", percent)
        return self

    def misfits(self):
        """What is wider than the screen or than its own place, and what is too small to be tapped."""
        return self.run(MISFITS)

    def close(self):
        hear()
        RUNNING.remove(self.driver)
        self.driver.quit()


class Front:
    """Ends TLS before the gateway, as a load balancer does, and keeps every byte that browsers send. Ends with its test run."""

    def __init__(self, florin):
        self.target = urllib.parse.urlsplit(florin.dev["base_url"])
        # What browsers sent, by connection.
        self.sent = []
        # While set, answers of the gateway are lost on their way.
        self.loses_answers = threading.Event()
        self.near = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        folder = florin.state / "tls"
        self.near.load_cert_chain(folder / "server.pem", folder / "server-key.pem")
        self.far = ssl.create_default_context(cafile=florin.dev["ca_file"])
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        start = asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.near)
        self.server = asyncio.run_coroutine_threadsafe(start, self.loop).result(10)
        self.base = f"https://localhost:{self.server.sockets[0].getsockname()[1]}"

    def url(self, address):
        """An address of the gateway, by way of this front."""
        return self.base + address[len(self.target.geturl()) :] if address.startswith(self.target.geturl()) else address

    def close(self):
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    async def _end(self):
        """Leaves no connection to be ended when nothing runs any more."""
        self.server.close()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _serve(self, reader, writer):
        kept = bytearray()
        self.sent.append(kept)
        try:
            onward = await asyncio.open_connection(self.target.hostname, self.target.port, ssl=self.far)
            await asyncio.gather(self._carry(reader, onward[1], kept), self._carry(onward[0], writer, None))
        except (OSError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _carry(self, source, target, kept):
        try:
            while data := await source.read(65536):
                if kept is not None:
                    kept += data
                elif self.loses_answers.is_set():
                    break
                target.write(data)
                await target.drain()
        except (OSError, ssl.SSLError):
            pass
        target.close()
