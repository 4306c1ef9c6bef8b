/** Pictures of a sheet: waiting until its view has drawn itself, making it as high as what it shows, and the PNG of an SVG. */

/** The highest picture, in CSS pixels: longer lists are cut, around the cursor. */
const MOST_HEIGHT = 3000;
/** Frames in which nothing may have changed, and how many are waited for at most. */
const QUIET_FRAMES = 3;
const MOST_FRAMES = 180;
const ROUNDS = 6;

const nextFrame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));

/** Resolves when an element has not changed for some frames and shows no stand-in for what is still loaded. */
async function settled(node: Element): Promise<void> {
  let quiet = 0;
  let last = '';
  for (let frame = 0; frame < MOST_FRAMES && quiet < QUIET_FRAMES; frame++) {
    await nextFrame();
    const now = node.innerHTML;
    quiet = now === last && !node.querySelector('textarea, [data-loading]') ? quiet + 1 : 0;
    last = now;
  }
}

/** By how much the content of an element, or of a scrolling part of it, is higher than the room for it. */
function overflow(node: HTMLElement): number {
  let most = 0;
  for (const part of [node, ...node.querySelectorAll('*')]) {
    const isScroller = part === node || /auto|scroll/.test(getComputedStyle(part).overflowY);
    if (isScroller) most = Math.max(most, part.scrollHeight - part.clientHeight);
  }
  return most;
}

/**
 * Makes a sheet's body as high as what it shows.
 * @param isWanted false once the sheet shows something else: another call sees to that, and this one lets it alone
 */
export async function fitted(body: HTMLElement, isWanted: () => boolean): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    await settled(body);
    if (!isWanted()) return;
    const more = Math.min(overflow(body), MOST_HEIGHT - body.clientHeight);
    if (more <= 0) return;
    body.style.height = `${body.clientHeight + more}px`;
    for (const part of body.querySelectorAll('*')) part.dispatchEvent(new Event('scroll'));
  }
}

/** Pixels of a PNG for each of the picture's own. */
const PNG_SCALE = 2;

/** The PNG of an SVG. Rejects where the browser cannot draw it. */
export async function pngOf(svg: string): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * PNG_SCALE;
    canvas.height = image.naturalHeight * PNG_SCALE;
    const context = canvas.getContext('2d');
    context?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no PNG'))), 'image/png'),
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}
