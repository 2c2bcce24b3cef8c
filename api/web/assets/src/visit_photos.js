// A photo from the phone's camera: made small enough for a thin network where the browser can.
const LONGER_PX = 2400;
const THUMB_PX = 220;
const QUALITY = 0.85;

/** {blob, thumb}: an upright JPEG without metadata, or the file itself when it cannot be read here. */
export async function prepare(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return { blob: file, thumb: null }; // HEIC where the browser knows none: the server reads it
  }
  try {
    const blob = await drawn(bitmap, LONGER_PX, QUALITY);
    return { blob, thumb: await address(await drawn(bitmap, THUMB_PX, 0.7)) };
  } finally {
    bitmap.close();
  }
}

function drawn(bitmap, longer, quality) {
  const scale = Math.min(1, longer / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", quality));
}

/** A data: address, which the policy lets pages show. */
export function address(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

export async function sha256(blob) {
  if (!crypto.subtle) return null; // only https and localhost have it; the server then hashes alone
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
