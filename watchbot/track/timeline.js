"use strict";
// Compares two versions in the page itself: lines by their longest common subsequence, then words inside replaced lines.
(function () {
  var data = JSON.parse(document.getElementById("versions").textContent);
  var from = document.getElementById("from"), to = document.getElementById("to"), out = document.getElementById("comparison");

  // Common ends, then Myers' greedy O(ND) search, with a bound past which the middle counts as replaced.
  function matches(a, b) {
    var found = [], start = 0, ea = a.length, eb = b.length;
    while (start < ea && start < eb && a[start] === b[start]) { found.push([start, start]); start++; }
    var tail = [];
    while (ea > start && eb > start && a[ea - 1] === b[eb - 1]) { ea--; eb--; tail.unshift([ea, eb]); }
    return found.concat(middle(a, b, start, ea, eb), tail);
  }
  function middle(a, b, start, ea, eb) {
    var n = ea - start, m = eb - start, max = Math.min(n + m, 3000), v = { 1: 0 }, trace = [];
    for (var d = 0; d <= max; d++) {
      trace.push(Object.assign({}, v));
      for (var k = -d; k <= d; k += 2) {
        var x = k === -d || (k !== d && v[k - 1] < v[k + 1]) ? v[k + 1] : v[k - 1] + 1, y = x - k;
        while (x < n && y < m && a[start + x] === b[start + y]) { x++; y++; }
        v[k] = x;
        if (x >= n && y >= m) { return backtrack(trace, d, n, m, start); }
      }
    }
    return [];
  }
  function backtrack(trace, d, x, y, start) {
    var found = [];
    for (; d >= 0; d--) {
      var v = trace[d], k = x - y;
      var prev = k === -d || (k !== d && v[k - 1] < v[k + 1]) ? k + 1 : k - 1, px = d ? v[prev] : 0, py = d ? px - prev : 0;
      while (x > px && y > py) { x--; y--; found.unshift([start + x, start + y]); }
      x = px; y = py;
    }
    return found;
  }
  function node(name, text, spoken) {
    var made = document.createElement(name);
    if (spoken) {
      var label = document.createElement("span");
      label.className = "spoken";
      label.textContent = spoken;
      made.appendChild(label);
    }
    made.appendChild(document.createTextNode(text));
    return made;
  }
  function words(text) { return text.match(/\S+\s*/g) || []; }
  function inline(target, before, after) {
    var a = words(before), b = words(after), i = 0, j = 0;
    matches(a.map(function (w) { return w.trim(); }), b.map(function (w) { return w.trim(); })).concat([[a.length, b.length]]).forEach(function (pair) {
      if (i < pair[0]) { target.appendChild(node("del", a.slice(i, pair[0]).join("").trim(), "supprimé\u00a0: ")); target.appendChild(document.createTextNode(" ")); }
      if (j < pair[1]) { target.appendChild(node("ins", b.slice(j, pair[1]).join("").trim(), "ajouté\u00a0: ")); target.appendChild(document.createTextNode(" ")); }
      if (pair[1] < b.length) { target.appendChild(document.createTextNode(b[pair[1]])); }
      i = pair[0] + 1; j = pair[1] + 1;
    });
  }
  function block(kind, sign) {
    var made = document.createElement("p");
    made.className = kind;
    if (sign) { made.appendChild(document.createTextNode(sign + " ")); }
    out.appendChild(made);
    return made;
  }
  function show() {
    out.textContent = "";
    var a = data[from.value].split("\n"), b = data[to.value].split("\n"), i = 0, j = 0, count = 0;
    matches(a, b).concat([[a.length, b.length]]).forEach(function (pair) {
      var old = a.slice(i, pair[0]), now = b.slice(j, pair[1]), both = Math.min(old.length, now.length);
      for (var p = 0; p < both; p++) { inline(block("edited", "≠"), old[p], now[p]); count++; }
      old.slice(both).forEach(function (line) { block("removed", "−").appendChild(node("del", line, "supprimé\u00a0: ")); count++; });
      now.slice(both).forEach(function (line) { block("added", "+").appendChild(node("ins", line, "ajouté\u00a0: ")); count++; });
      if (pair[1] < b.length && document.getElementById("whole").checked) { block("same", "").appendChild(document.createTextNode(b[pair[1]])); }
      i = pair[0] + 1; j = pair[1] + 1;
    });
    document.getElementById("count").textContent = count === 0 ? "Aucune différence" : count === 1 ? "1 passage diffère" : count + " passages diffèrent";
  }
  [from, to, document.getElementById("whole")].forEach(function (control) { control.addEventListener("change", show); });
  document.getElementById("compare").hidden = false;
  show();
})();
