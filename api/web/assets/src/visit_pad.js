// A pad to sign on with a finger; what is drawn comes out as a PNG with black ink on nothing.
export class Pad {
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.empty = true;
    canvas.addEventListener("pointerdown", (press) => this.begin(press));
    canvas.addEventListener("pointermove", (move) => this.go(move));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => this.end());
  }

  at({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    return [((clientX - box.left) / box.width) * this.canvas.width, ((clientY - box.top) / box.height) * this.canvas.height];
  }

  begin(press) {
    press.preventDefault();
    this.canvas.setPointerCapture(press.pointerId);
    this.last = this.at(press);
    this.go(press);
  }

  go(move) {
    if (!this.last) return;
    const to = this.at(move);
    const ink = this.canvas.getContext("2d");
    ink.lineWidth = 4;
    ink.lineCap = ink.lineJoin = "round";
    ink.strokeStyle = "#14181d";
    ink.beginPath();
    ink.moveTo(...this.last);
    ink.lineTo(to[0] + 0.01, to[1]);
    ink.stroke();
    this.last = to;
    this.empty = false;
  }

  end() {
    if (!this.last) return;
    this.last = null;
    this.canvas.toBlob((blob) => this.changed(blob), "image/png");
  }

  clear() {
    this.canvas.getContext("2d").clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.empty = true;
  }

  show(picture) {
    this.clear();
    if (!picture) return;
    const image = new Image();
    image.onload = () => this.canvas.getContext("2d").drawImage(image, 0, 0, this.canvas.width, this.canvas.height);
    image.src = picture;
    this.empty = false;
  }
}
