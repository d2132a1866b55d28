// The camera and the decoder: opened once, kept warm from one scale to the next.

const LARGEST = 960; // pixels across: a tag of 22 mm fills enough of them at arm's length
const PHOTO = 2000;

/** Decode pictures one after the other in a worker. */
export class Decoder {
  constructor(script, wasm) {
    this.worker = new Worker(script);
    this.waiting = new Map();
    this.count = 0;
    this.ready = new Promise((resolve) => { this.started = resolve; });
    this.worker.onmessage = ({ data }) => {
      if (data.ready) {
        this.started();
        return;
      }
      this.waiting.get(data.id)?.(data);
      this.waiting.delete(data.id);
    };
    this.worker.postMessage({ wasm });
  }

  async read(bitmap, hard = false) {
    await this.ready;
    const id = ++this.count;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.worker.postMessage({ id, bitmap, hard }, [bitmap]);
    });
  }
}

/** Why there is no camera, as a key of the page's words; null where there may be one. */
export function hindrance() {
  if (!window.isSecureContext) return "insecure";
  return navigator.mediaDevices?.getUserMedia ? null : "none";
}

export async function open(video) {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
  });
  video.srcObject = stream;
  await video.play();
  return stream.getVideoTracks()[0];
}

export const hasTorch = (track) => Boolean(track.getCapabilities?.().torch);
export const setTorch = (track, on) => track.applyConstraints({ advanced: [{ torch: on }] });

function fitted(width, height, largest) {
  const scale = Math.min(1, largest / Math.max(width, height));
  const size = { resizeWidth: Math.round(width * scale), resizeHeight: Math.round(height * scale) };
  return { ...size, resizeQuality: "medium" };
}

export const frame = (video) =>
  createImageBitmap(video, fitted(video.videoWidth, video.videoHeight, LARGEST));

export async function photo(file) {
  const whole = await createImageBitmap(file);
  const small = await createImageBitmap(whole, fitted(whole.width, whole.height, PHOTO));
  whole.close();
  return small;
}
