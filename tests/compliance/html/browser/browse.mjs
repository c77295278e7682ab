// Opens pages in Chromium for the tests: one JSON request a line in, one JSON answer a line out.
//
// request  {file, fragment, width, height, scheme, media, javascript, steps: [...]}
// step     {evaluate: "() => value"} | {press: key} | {fill: [selector, text]} | {choose: [selector,
//          value]} | {click: selector} | {goto: "#id"} | {axe: true} | {pdf: true} |
//          {screenshot: path} | {cost: true}
// answer   {values: [a value for each step], requests: [...], errors: [...]} | {failed: message}
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import process from "node:process";

// Answers alone go to the output; the PDF library says there what it misses and does not need.
console.log = console.error;

const [folder, executablePath] = process.argv.slice(2);
const need = createRequire(`${folder}/`);
const { chromium } = need("playwright-core");
const axe = readFileSync(need.resolve("axe-core/axe.min.js"), "utf8");

const textOfPdf = async (bytes) => {
  const pdfjs = await import(need.resolve("pdfjs-dist/legacy/build/pdf.mjs"));
  const pdf = await pdfjs.getDocument({ data: new Uint8Array(bytes), verbosity: 0 }).promise;
  const pages = [];
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const { items } = await (await pdf.getPage(number)).getTextContent();
    pages.push(items.map((item) => item.str + (item.hasEOL ? "\n" : "")).join(""));
  }
  return pages.join("\n");
};

const steps = {
  evaluate: (page, code) => page.evaluate(`(${code})()`),
  press: (page, key) => page.keyboard.press(key),
  fill: (page, [selector, text]) => page.fill(selector, text),
  choose: (page, [selector, value]) => page.selectOption(selector, value).then(() => null),
  click: (page, selector) => page.click(selector),
  goto: (page, fragment) => page.evaluate((hash) => new Promise((resolve) => {
    // The page takes some frames to come to rest.
    const rest = (frames) => (frames ? requestAnimationFrame(() => rest(frames - 1)) : resolve(null));
    addEventListener("hashchange", () => rest(8));
    location.hash = hash;
  }), fragment),
  pdf: async (page) => textOfPdf(await page.pdf({ format: "A4" })),
  screenshot: (page, path) => page.screenshot({ path }).then(() => null),
  // Opens the page again: the seconds until it is painted, and those of the main thread's own.
  cost: async (page) => {
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    const used = async () => (await session.send("Performance.getMetrics")).metrics
      .find(({ name }) => name === "TaskDuration").value;
    const [before, begun] = [await used(), performance.now()];
    await page.reload();
    await page.evaluate(() => new Promise((painted) => {
      requestAnimationFrame(() => requestAnimationFrame(() => painted(null)));
    }));
    const [wall, cpu] = [(performance.now() - begun) / 1000, (await used()) - before];
    return { wall, cpu, elements: await page.evaluate(() => document.querySelectorAll("*").length) };
  },
  axe: async (page) => {
    await page.evaluate(axe);
    const { violations } = await page.evaluate("axe.run()");
    return violations.map(({ id, impact, nodes }) => ({
      id, impact, where: nodes.slice(0, 5).map((node) => node.html.slice(0, 200)),
    }));
  },
};

const visit = async (browser, request) => {
  const context = await browser.newContext({
    viewport: { width: request.width, height: request.height },
    colorScheme: request.scheme,
    javaScriptEnabled: request.javascript,
  });
  try {
    const page = await context.newPage();
    const address = pathToFileURL(request.file).href;
    const requests = [];
    const errors = [];
    page.on("request", (each) => requests.push(each.url()));
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (said) => { if (said.type() === "error") errors.push(said.text()); });
    if (request.media) await page.emulateMedia({ media: request.media });
    await page.goto(address + request.fragment);
    const values = [];
    for (const step of request.steps) {
      const [[name, argument]] = Object.entries(step);
      values.push((await steps[name](page, argument)) ?? null);
    }
    return { values, requests: requests.filter((url) => url.split("#")[0] !== address), errors };
  } finally {
    await context.close();
  }
};

const browser = await chromium.launch({ executablePath });
for await (const line of createInterface({ input: process.stdin })) {
  const answer = await visit(browser, JSON.parse(line)).catch((error) => ({ failed: `${error}` }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
