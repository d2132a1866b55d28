// Ticking scales for a round: a scanner or a hand types a number, its line is ticked.

const form = document.querySelector("[data-choose]");
const boxes = [...form.querySelectorAll("input[type=checkbox]")];
const count = form.querySelector("[data-count]");
const said = form.querySelector("[data-found]");
const input = document.getElementById("field-find");
const most = Number(form.dataset.most);

function recount() {
  const ticked = boxes.filter((box) => box.checked).length;
  count.textContent = `${ticked}/${most}`;
  for (const box of boxes) box.disabled = !box.checked && ticked >= most;
}

/** The last part of an address is what a tag calls itself. */
const nameIn = (text) => text.trim().split("/").at(-1).replaceAll(/[\s-]/g, "").toLowerCase();

/** Ask what a code stands for that is none of the numbers on the page: a tag's address. */
async function lookUp(text) {
  const body = new FormData();
  body.set("code", text);
  body.set("csrf_token", document.querySelector('meta[name="csrf-token"]').content);
  const answer = await fetch(form.dataset.lookUp, { method: "POST", body, headers: { "X-Part": "answer" } });
  const uids = new Set([...(await answer.text()).matchAll(/\/scales\/([0-9a-f-]{36})/g)].map(([, uid]) => uid));
  return uids.size === 1 ? boxes.find((box) => uids.has(box.value)) : null;
}

async function tick() {
  const name = nameIn(input.value);
  if (!name) return;
  const known = boxes.find((each) => each.dataset.names.split("\n").some((own) => nameIn(own) === name));
  const box = known ?? (await lookUp(input.value.trim()).catch(() => null));
  if (!box) said.textContent = said.dataset.none;
  else if (box.disabled) said.textContent = said.dataset.full;
  else {
    box.checked = true;
    box.closest("label").scrollIntoView({ block: "nearest" });
    said.textContent = `✓ ${input.value.trim()}`;
    input.value = "";
    recount();
  }
  input.select();
}

form.querySelector("[data-scan]").hidden = false;
form.addEventListener("change", recount);
input.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  tick();
});
recount();
