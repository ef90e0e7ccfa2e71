/** Every component in every state and theme, for looking at. */
export default function Gallery() {
  return null;
}
