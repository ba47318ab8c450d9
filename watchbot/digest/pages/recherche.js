// Search in the page: shows the entries that hold every word typed, without accents or case. Without scripts, all are shown.
"use strict";
(function () {
  var form = document.querySelector(".search");
  var entries = Array.prototype.slice.call(document.querySelectorAll("[data-text]"));
  if (!form || !entries.length) { return; }
  var input = document.getElementById("q");
  var status = document.getElementById("trouve");
  var sections = Array.prototype.slice.call(document.querySelectorAll("main section"));

  function folded(text) {
    return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").replace(/œ/gi, "oe").replace(/æ/gi, "ae").replace(/[’']/g, " ").toLowerCase();
  }

  function search() {
    var words = folded(input.value).split(/\s+/).filter(Boolean);
    var found = 0;
    entries.forEach(function (entry) {
      var shown = words.every(function (word) { return entry.dataset.text.indexOf(word) >= 0; });
      entry.hidden = !shown;
      found += shown ? 1 : 0;
    });
    sections.forEach(function (section) {
      var own = section.querySelectorAll("[data-text]");
      section.hidden = words.length > 0 && !section.querySelector("[data-text]:not([hidden])");
      if (!own.length && !words.length) { section.hidden = false; }
    });
    status.textContent = !words.length ? "" : found === 0 ? "Rien trouvé." : found === 1 ? "1\u00a0résultat" : found + "\u00a0résultats";
  }

  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  input.addEventListener("input", search);
  search();
}());
