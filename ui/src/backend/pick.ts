// The browser's own file dialog.

const ACCEPT = {
  pictures: "image/png,image/jpeg,image/webp",
  sounds: "audio/*,video/mp4",
  media: "image/png,image/jpeg,image/webp,audio/*,video/*",
};

/** Asks for files; null where the user changed their mind. */
export function pickInBrowser(kinds: keyof typeof ACCEPT): Promise<File[] | null> {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.accept = ACCEPT[kinds];
  return new Promise((resolve) => {
    input.onchange = () => resolve(input.files?.length ? [...input.files] : null);
    input.oncancel = () => resolve(null);
    input.click();
  });
}
