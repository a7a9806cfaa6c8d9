// The sheet with a script: a button prints it.
const print = document.getElementById("print");

print.hidden = false;
print.addEventListener("click", () => window.print());
