"use strict";
const show = async () => {
  const world = await (await fetch("/api/world")).json();
  document.getElementById("world").textContent = JSON.stringify(world, null, 2);
  await fetch(`/api/changes?after=${world.version}`);
  await show();
};
show();
