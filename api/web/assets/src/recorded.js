// Sends videos one after the other, tells how far each is, then begins the analysis.
const form = document.querySelector("[data-upload]");
const files = form.querySelector("input[type=file]");
const button = form.querySelector("[data-send]");
const bar = form.querySelector("progress");
const told = form.querySelector("[data-told]");
const problem = form.querySelector("[data-problem]");
const csrf = document.querySelector("meta[name=csrf]").content;
const address = `/api/v1/analyses/${form.dataset.upload}`;
const sent = new Set();
let sending = false;

function say(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// fetch cannot tell how much of a body has gone out.
function ask(method, path, body, onProgress = () => {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, path);
    request.setRequestHeader("X-CSRF-Token", csrf);
    if (body) request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded / event.total));
    request.addEventListener("load", () => (request.status < 300 ? resolve() : reject(new Error(detail(request)))));
    request.addEventListener("error", () => reject(new Error("")));
    request.send(body ?? null);
  });
}

function detail(request) {
  try {
    return JSON.parse(request.responseText).detail ?? "";
  } catch {
    return "";
  }
}

async function sendOne(file) {
  const { dataset } = form;
  if (file.size > Number(dataset.limit)) throw new Error(say(dataset.tooLarge, { name: file.name }));
  const known = `${file.name} ${file.size} ${file.lastModified}`;
  if (sent.has(known)) return; // arrived before another one broke off
  const onProgress = (share) => {
    bar.value = share;
    told.textContent = say(dataset.sending, { name: file.name, share: Math.floor(100 * share) });
  };
  onProgress(0);
  try {
    await ask("PUT", `${address}/footage?name=${encodeURIComponent(file.name)}`, file, onProgress);
    sent.add(known);
  } catch (error) {
    throw new Error(`${say(dataset.broken, { name: file.name })} ${error.message}`.trim());
  }
}

async function send() {
  sending = true;
  button.disabled = files.disabled = true;
  problem.hidden = true;
  bar.hidden = false;
  try {
    for (const file of files.files) await sendOne(file);
    await ask("POST", `${address}/start`);
    sending = false;
    location.reload();
  } catch (error) {
    problem.querySelector("span").textContent = error.message;
    problem.hidden = false;
    bar.hidden = true;
    told.textContent = "";
    files.disabled = false;
    files.value = "";
    sending = false;
  }
}

files.addEventListener("change", () => (button.disabled = files.files.length === 0));
button.addEventListener("click", send);
window.addEventListener("beforeunload", (leaving) => {
  if (sending) leaving.preventDefault();
});
