// Runs before anything is painted: puts the theme that the user chose on the page. The server writes it into the root
// element, the app's window hands it over in a variable; without either, the page looks as the system does.
(() => {
  const root = document.documentElement;
  const told = window.gallopLook;
  if (told) {
    root.dataset.chosenTheme = told.theme;
    root.dataset.chosenLanguage = told.language;
  }
  const theme = root.dataset.chosenTheme;
  const isDark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = isDark ? "dark" : "light";
})();
