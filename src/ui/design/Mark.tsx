/** The product's mark: a disc, half of it in the shadow. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
      <circle cx="10" cy="10" r="8.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M10 1.5a8.5 8.5 0 0 1 0 17Z" fill="currentColor" />
    </svg>
  );
}
