
// Shows one table of each group, chosen by lists. Without this script all are shown.
for (const group of document.querySelectorAll('[data-switch]')) {
  const panes = [...group.querySelectorAll('.pane')];
  const bar = document.createElement('div');
  bar.className = 'bar';
  const lists = [];
  for (const [key, word] of [['a', 'measure'], ['b', 'rate']]) {
    const values = [...new Set(panes.map(p => p.dataset[key]))].filter(v => v);
    if (values.length < 2) continue;
    const label = document.createElement('label');
    const list = document.createElement('select');
    for (const v of values) list.add(new Option(v, v));
    list.selectedIndex = key === 'b' ? Math.min(values.length - 1, Number(group.dataset.middle)) : 0;
    list.addEventListener('change', show);
    label.append(word + ' ', list);
    bar.append(label);
    lists.push([key, list]);
  }
  if (!lists.length) continue;
  function show() {
    for (const p of panes) p.hidden = lists.some(([key, list]) => p.dataset[key] !== list.value);
  }
  group.prepend(bar);
  show();
}
// A table that is cut says so; what is not shown has no width and is asked again when it is.
const cut = new ResizeObserver(boxes => {
  for (const { target } of boxes) target.classList.toggle('clipped', target.scrollWidth > target.clientWidth + 1);
});
for (const box of document.querySelectorAll('.scroll')) cut.observe(box);
addEventListener('beforeprint', () => {
  for (const d of document.querySelectorAll('details:not(.example)')) d.open = true;
});
