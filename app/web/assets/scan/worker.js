// Decodes pictures away from the page, so that the picture never stutters.
// The page sends {wasm} once, then {id, bitmap, hard}; it gets {id, text, ms} for each.
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const LINES = ["Code128", "Code39", "EAN13", "ITF"];
const SQUARES = ["QRCode", "DataMatrix"];
const EVERY = 4; // bar codes cost more than squares and hang on few scales

let pen;
let frames = 0;

function pixels(bitmap) {
  const { width, height } = bitmap;
  if (!pen || pen.canvas.width !== width || pen.canvas.height !== height) {
    pen = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  }
  pen.drawImage(bitmap, 0, 0);
  bitmap.close();
  return pen.getImageData(0, 0, width, height);
}

function options(hard) {
  frames += 1;
  const all = hard || frames % EVERY === 0;
  return {
    formats: all ? [...SQUARES, ...LINES] : SQUARES,
    maxNumberOfSymbols: 1,
    tryHarder: hard,
    tryInvert: hard,
    tryRotate: hard,
    tryDownscale: hard,
  };
}

self.onmessage = async ({ data }) => {
  if (data.wasm) {
    // Served from here: the library would ask a public host otherwise.
    await prepareZXingModule({ overrides: { locateFile: () => data.wasm }, fireImmediately: true });
    // The first picture is slow, the program being compiled as it runs: let it be an empty one.
    await readBarcodes(new ImageData(320, 240), options(true));
    self.postMessage({ ready: true });
    return;
  }
  const begun = performance.now();
  const [hit] = await readBarcodes(pixels(data.bitmap), options(data.hard));
  self.postMessage({ id: data.id, text: hit ? hit.text : null, ms: performance.now() - begun });
};
