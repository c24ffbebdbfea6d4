// Chromium as all browser tests start it: headless, and silent towards the network.
import { chromium } from "playwright-core";

/** The page's transports, in the order of its switch. */
export const TRANSPORTS = ["poll", "wait", "sse", "ws", "socketio", "official"];

export const launch = (executablePath = "/usr/bin/chromium") =>
  chromium.launch({
    executablePath,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
