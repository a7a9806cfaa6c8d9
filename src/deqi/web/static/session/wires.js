// Where things stand on the picture of the pathway, and what joins them.

/** Places: x, y, radius, side of the label (−1 left, 1 right), x of the label, and its y where it is not the place's. */
export const SPOTS = {
  sensory: [150, 38, 15, -1, 114, 34],
  cingulate: [196, 68, 13, -1, 114, 66],
  insula: [146, 102, 12, -1, 114, 101],
  thalamus: [210, 124, 13, -1, 114, 136],
  striatum: [262, 62, 15, 1, 338],
  hypothalamus: [262, 112, 15, 1, 338],
  pag: [220, 190, 16, 1, 298],
  coeruleus: [268, 230, 12, 1, 298],
  off: [237, 274, 13, 1, 298],
  on: [203, 274, 13, -1, 134],
  raphe: [172, 230, 12, -1, 134],
  relay: [150, 392, 16, -1, 128],
  gate: [290, 392, 16, 1, 312],
};

/** Fibres: path, x of the label, side of the label. */
export const FIBRES = {
  a_beta: ["M220 562C150 550 112 530 112 506C112 482 170 478 196 460", 104, -1],
  a_delta: ["M220 562C222 530 222 490 220 465", 229, 1],
  c_fibres: ["M220 562C290 550 346 530 346 506C346 482 270 478 244 460", 354, 1],
};
export const FIBRE_LABEL = 514;

/** Wires: from whose activity their strength is, path, direction (up = pain, down = relief). */
export const WIRES = [
  ["relay", "M150 375C150 336 178 336 186 306C193 268 188 200 199 160L206 139", "up"],
  ["thalamus", "M202 113C188 98 172 74 159 54", "up"],
  ["thalamus", "M207 110L200 85", "up"],
  ["thalamus", "M197 122C184 118 170 112 160 107", "up"],
  ["striatum", "M247 63L211 69", "down"],
  ["hypothalamus", "M261 128C258 150 246 162 233 175", "down"],
  ["pag", "M223 207C227 224 234 240 236 256", "down"],
  ["pag", "M234 197C247 202 257 208 262 214", "down"],
  ["pag", "M206 198C193 203 185 208 179 215", "down"],
  ["off", "M237 288C237 304 229 316 225 330", "down"],
  ["coeruleus", "M271 243C272 286 244 306 231 330", "down"],
  ["raphe", "M169 243C168 288 196 306 209 330", "down"],
  ["gate", "M273 388L190 388", "down"],
  ["gate", "M278 404C250 416 190 416 167 406", "down"],
];

export const ZONES = [["Brain", 11], ["Brainstem", 178], ["Spinal cord", 328], ["Nerve fibres", 489], ["Tissue", 582]];
export const LINES = [160, 312, 474, 550];

export const BRAIN =
  "M196 160C188 150 176 150 160 150C140 151 130 140 118 134C102 126 98 104 105 90C98 66 120 40 148 33C172 14 222 8 252 20" +
  "C290 20 322 42 331 68C346 86 341 114 324 126C312 140 294 142 280 145C268 149 260 154 256 168C250 194 300 210 292 236" +
  "C286 258 262 272 256 294C252 308 250 316 250 330V464C250 476 190 476 190 464V330C190 316 188 308 184 294C178 272 154 258 148 236" +
  "C140 210 196 194 196 160Z";
export const FOLDS = [
  "M170 22c8 10 6 16 0 24", "M216 14c-4 12 2 20 8 28", "M252 20c2 10-4 16-10 22", "M305 38c-8 8-8 18-2 26",
  "M331 68c-10 2-16 8-20 16", "M105 90c8-2 14 0 18 5",
];

/** Segments of the cord, head to tail. */
export const SEGMENTS = [["C", 8], ["T", 12], ["L", 5], ["S", 5]].flatMap(([letter, many]) =>
  Array.from({ length: many }, (_, k) => letter + (k + 1)),
);
