/** The page in another page's frame, with fewer controls: `?embed` in its address, before the moment in the fragment. */

/** Whether the page is one. */
export const isEmbedded = (): boolean => new URLSearchParams(location.search).has('embed');
