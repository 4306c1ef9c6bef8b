/** A lock: closed for what may not be written, open for what may. The word beside it says the same. */
export function Lock({ open }: { readonly open: boolean }) {
  return (
    <svg className="lock" viewBox="0 0 12 12" width="11" height="11" aria-hidden="true">
      <path
        d={open ? 'M3.5 5.5V3.6a2.3 2.3 0 0 1 4.5-.5' : 'M3.5 5.5V3.6a2.5 2.5 0 0 1 5 0v1.9'}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.3"
      />
      <rect
        x="2"
        y="5.5"
        width="8"
        height="6"
        rx="1"
        fill={open ? 'none' : 'currentColor'}
        stroke="currentColor"
      />
    </svg>
  );
}
