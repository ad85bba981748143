// Keys: "/" goes to the search box, "j" and "k" walk through the rows of a list, "?" shows the help. Enter follows the
// link of the row, because the focus is on it. Nothing needs this script.
"use strict";
(function () {
  function rows() {
    return Array.from(document.querySelectorAll("table.rows tbody th a, .queues li > a"));
  }
  document.addEventListener("keydown", function (event) {
    var target = event.target;
    var writes = target.closest("input, textarea, select");
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (writes) {
      if (event.key === "Escape") target.blur();
      return;
    }
    var all = rows();
    var at = all.indexOf(document.activeElement);
    if (event.key === "/") {
      var search = document.getElementById("search");
      if (!search) return;
      search.focus();
      search.select();
    } else if (event.key === "j" && all.length) {
      all[Math.min(at + 1, all.length - 1)].focus();
    } else if (event.key === "k" && all.length) {
      all[Math.max(at - 1, 0)].focus();
    } else if (event.key === "?") {
      location.href = "/console/help";
    } else {
      return;
    }
    event.preventDefault();
  });
})();
