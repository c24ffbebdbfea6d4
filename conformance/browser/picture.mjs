// Pictures made here, so that no foreign file is in the repository.
import { crc32, deflateSync } from "node:zlib";

const chunk = (type, data) => {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
};

/** A PNG; `pixel(x, y)` gives [red, green, blue], each 0 to 255. */
export function png(width, height, pixel) {
  const rows = Buffer.alloc(height * (1 + width * 3));
  let at = 0;
  for (let y = 0; y < height; y += 1) {
    rows[at++] = 0; // no filter
    for (let x = 0; x < width; x += 1) for (const value of pixel(x, y)) rows[at++] = value;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits, RGB
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

const mix = (a, b, share) => a.map((value, i) => Math.round(value + (b[i] - value) * Math.min(1, Math.max(0, share))));

/** An evening over hills: something to look at in the screenshots. */
export function evening(width = 640, height = 400) {
  const ridge = (x, base, swing, pace) => height * (base + swing * Math.sin((x / width) * pace) + swing * 0.35 * Math.sin((x / width) * pace * 2.7 + 1));
  return png(width, height, (x, y) => {
    const share = y / height;
    let color = share < 0.6 ? mix([246, 205, 165], [218, 121, 143], share / 0.6) : mix([218, 121, 143], [91, 58, 107], (share - 0.6) / 0.4);
    const sun = Math.hypot(x - width * 0.7, y - height * 0.4);
    color = mix(color, [255, 244, 214], Math.max(height * 0.13 - sun + 0.5, 0.55 * Math.exp(-Math.max(0, sun - height * 0.13) / (height * 0.12))));
    for (const [hill, base, swing, pace] of [[[122, 72, 120], 0.66, 0.05, 5], [[78, 47, 96], 0.76, 0.06, 3.4], [[44, 27, 62], 0.88, 0.05, 4.2]]) {
      const edge = y - ridge(x, base, swing, pace);
      color = mix(color, hill, edge + 0.5);
    }
    return color;
  });
}
