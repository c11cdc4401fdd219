/** One triangle that covers the canvas; `at` runs from -1 to 1 to the right and down. */
export const VERTEX = `#version 300 es
out vec2 at;

void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0;
  at = vec2(corner.x, -corner.y);
  gl_Position = vec4(corner, 0.0, 1.0);
}
`;

/**
 * What \`project\` does, for each fragment. \`focal\` and \`centre\` are parts of the picture's size, so that a video of
 * any size will do. What the lens does not see is left clear, so that the page's own colour shows instead of a smear.
 */
export const FRAGMENT = `#version 300 es
precision highp float;

uniform sampler2D picture;
uniform mat3 viewToLens;
uniform vec2 extent;
uniform vec2 focal;
uniform vec2 centre;
uniform vec4 k;
uniform float maxTheta;

in vec2 at;
out vec4 colour;

/** 1 inside of an edge and 0 outside, over the width of one fragment. */
float within(float distance) {
  return clamp(0.5 + distance / max(fwidth(distance), 1e-6), 0.0, 1.0);
}

void main() {
  vec3 ray = viewToLens * vec3(at * extent, 1.0);
  float r = length(ray.xy);
  float theta = atan(r, ray.z);
  float t = theta * theta;
  float distorted = theta * (1.0 + t * (k.x + t * (k.y + t * (k.z + t * k.w))));
  vec2 place = focal * ray.xy * (distorted / max(r, 1e-9)) + centre;
  vec2 inside = 0.5 - abs(place - 0.5);
  float seen = within(min(inside.x, inside.y)) * within(maxTheta - theta);
  colour = vec4(texture(picture, place).rgb, 1.0) * seen;
}
`;
