(function () {
  'use strict';
  var tip = document.getElementById('tip'), chart = document.getElementById('pareto');

  function show(text, x, y) {
    tip.textContent = text;
    tip.style.display = 'block';
    var width = tip.offsetWidth, height = tip.offsetHeight;
    tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - width - 8)) + 'px';
    tip.style.top = Math.max(4, y + height + 24 > innerHeight ? y - height - 12 : y + 16) + 'px';
  }
  function hide() { tip.style.display = 'none'; }

  // Parts of bars.
  document.addEventListener('pointermove', function (event) {
    if (chart && chart.contains(event.target)) return;
    var part = event.target.closest && event.target.closest('[data-tip]');
    if (part) show(part.getAttribute('data-tip'), event.clientX, event.clientY); else hide();
  });
  addEventListener('scroll', hide, { passive: true });
  if (!chart) return;

  // Points of the chart: the nearest one answers, so that nobody has to hit it.
  var dots = [].slice.call(chart.querySelectorAll('.dot')), on = null, REACH = 28;
  function centre(dot) {
    var box = dot.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  }
  function select(dot) {
    if (on) on.classList.remove('on');
    on = dot;
    if (on) on.classList.add('on');
  }
  function clear() { select(null); hide(); }
  function point(event) {
    var best = null, least = REACH * REACH;
    dots.forEach(function (dot) {
      var c = centre(dot), dx = c.x - event.clientX, dy = c.y - event.clientY, distance = dx * dx + dy * dy;
      if (distance < least) { least = distance; best = dot; }
    });
    if (!best) { clear(); return; }
    select(best);
    show(best.getAttribute('data-tip'), event.clientX, event.clientY);
  }
  chart.addEventListener('pointermove', point);
  chart.addEventListener('pointerdown', point);
  chart.addEventListener('pointerleave', clear);

  // The same with the arrow keys, along the frontiers.
  var front = dots.filter(function (dot) { return dot.classList.contains('best'); });
  chart.addEventListener('blur', clear);
  chart.addEventListener('keydown', function (event) {
    var step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!step || !front.length) return;
    event.preventDefault();
    var at = front.indexOf(on);
    select(front[at < 0 ? 0 : (at + step + front.length) % front.length]);
    var c = centre(on);
    show(on.getAttribute('data-tip'), c.x, c.y);
  });
})();
