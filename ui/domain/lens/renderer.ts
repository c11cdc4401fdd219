import type { Lens } from "../bindings";
import { RADIANS } from "./model";
import { FRAGMENT, VERTEX } from "./shaders";
import { extent, times, type View, viewToWorld, worldToLens } from "./view";

const UNIFORMS = ["viewToLens", "extent", "focal", "centre", "k", "maxTheta"] as const;

type Uniforms = Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null>;

/** Draws views of a video's pictures on a canvas, with WebGL2. One lives as long as the context does. */
export class Renderer {
  private readonly uniforms: Uniforms;
  private pending: WebGLSync | null = null;

  private constructor(
    private readonly gl: WebGL2RenderingContext,
    program: WebGLProgram,
    private readonly lens: Lens,
  ) {
    const places = UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)]);
    this.uniforms = Object.fromEntries(places) as Uniforms;
    gl.useProgram(program);
    makeTexture(gl);
    this.describeLens();
  }

  /** Null where there is no WebGL2, or it does not work. */
  static on(canvas: HTMLCanvasElement, lens: Lens): Renderer | null {
    const gl = canvas.getContext("webgl2", { antialias: false, depth: false });
    const program = gl && link(gl);
    return program && new Renderer(gl, program, lens);
  }

  /** Whether the last draw is not done yet: who draws on would queue pictures on a slow machine. */
  get busy(): boolean {
    const { gl, pending } = this;
    if (!pending || gl.isContextLost()) return false;
    if (gl.getSyncParameter(pending, gl.SYNC_STATUS) !== gl.SIGNALED) return true;
    gl.deleteSync(pending);
    this.pending = null;
    return false;
  }

  /** Takes over the picture that the video shows now. */
  upload(video: HTMLVideoElement): void {
    const { gl } = this;
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, video);
  }

  /** Draws a view of the picture that was uploaded last. */
  draw(view: View): void {
    const { gl, uniforms, lens } = this;
    const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
    const toLens = times(worldToLens(lens), viewToWorld(view));
    const { x, y } = extent(view.zoom, width / height);
    gl.viewport(0, 0, width, height);
    gl.uniformMatrix3fv(uniforms.viewToLens, true, toLens.flat());
    gl.uniform2f(uniforms.extent, x, y);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    this.pending = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
  }

  /** Gives the context back; browsers allow only some. */
  dispose(): void {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  /** OpenCV counts from the first pixel's centre, textures from its corner: hence the half. */
  private describeLens(): void {
    const { gl, uniforms, lens } = this;
    gl.uniform2f(uniforms.focal, lens.fx / lens.width, lens.fy / lens.height);
    gl.uniform2f(uniforms.centre, (lens.cx + 0.5) / lens.width, (lens.cy + 0.5) / lens.height);
    gl.uniform4f(uniforms.k, ...lens.k);
    gl.uniform1f(uniforms.maxTheta, lens.maxThetaDeg * RADIANS);
  }
}

/**
 * Linear, without smaller copies: a view enlarges the picture nearly always, and never shrinks it by more than half up
 * to 4K, where two pixels by two still take in every one. Copies would cost a pass over each picture of the video.
 */
function makeTexture(gl: WebGL2RenderingContext): void {
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
}

function link(gl: WebGL2RenderingContext): WebGLProgram | null {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type);
    if (!shader) return null;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) ? program : null;
}
