// Makes the film of the demo: a sunrise over hills, drawn on a canvas and recorded. It is our own work.
//   node tests/browser/make-film.mjs crates/gateway/src/pages/assets/film.webm
import { writeFileSync } from "node:fs";
import { launch } from "./chromium.mjs";

const browser = await launch();
const page = await browser.newPage();
const film = await page.evaluate(async () => {
  const [width, height, seconds, rate] = [640, 360, 8, 20];
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  document.body.append(canvas);
  const context = canvas.getContext("2d");
  const draw = (place) => {
    const angle = place * 2 * Math.PI;
    const day = (1 - Math.cos(angle)) / 2;
    const sky = context.createLinearGradient(0, 0, 0, height);
    sky.addColorStop(0, `hsl(${225 - 20 * day} 55% ${12 + 45 * day}%)`);
    sky.addColorStop(1, `hsl(${20 + 25 * day} 75% ${30 + 45 * day}%)`);
    context.fillStyle = sky;
    context.fillRect(0, 0, width, height);
    context.fillStyle = `hsl(${40 + 10 * day} 95% ${60 + 15 * day}%)`;
    context.beginPath();
    context.arc(width * (0.2 + 0.6 * place), height * (0.78 - 0.55 * day), 34, 0, 2 * Math.PI);
    context.fill();
    for (const [number, base] of [[0, 0.66], [1, 0.76], [2, 0.87]].entries()) {
      const [layer, level] = [base[0], base[1]];
      context.fillStyle = `hsl(${160 - 25 * number} ${25 + 8 * number}% ${10 + 16 * day - 3 * number}%)`;
      context.beginPath();
      context.moveTo(0, height);
      for (let x = 0; x <= width; x += 8) {
        const wave = Math.sin((x / width) * 2 * Math.PI * (layer + 1) + angle * (layer + 1));
        context.lineTo(x, height * (level + 0.05 * wave));
      }
      context.lineTo(width, height);
      context.fill();
    }
  };
  draw(0);
  const recorder = new MediaRecorder(canvas.captureStream(rate), { mimeType: "video/webm;codecs=vp9", videoBitsPerSecond: 260000 });
  const parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
  recorder.start();
  const start = performance.now();
  await new Promise((resolve) => {
    const step = () => {
      const place = (performance.now() - start) / 1000 / seconds;
      if (place >= 1) return resolve();
      draw(place);
      setTimeout(step, 1000 / rate);
    };
    step();
  });
  recorder.stop();
  await stopped;
  return Array.from(new Uint8Array(await new Blob(parts).arrayBuffer()));
});
await browser.close();
writeFileSync(process.argv[2], Buffer.from(film));
console.log(`${film.length} bytes`);
