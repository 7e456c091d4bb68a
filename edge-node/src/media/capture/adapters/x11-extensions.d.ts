// What capture uses of npm `x11` beyond `src/x11/x11.d.ts`.

declare module "x11" {
  export interface DamageExtension {
    readonly ReportLevel: { readonly NonEmpty: number };
    Create(damage: number, drawable: number, reportLevel: number): void;
    Subtract(damage: number, repair: number, parts: number): void;
  }

  export interface ShmSegment {
    readonly buffer: Buffer;
    getImage(
      drawable: number, x: number, y: number, width: number, height: number, planes: number,
      format: number, offset: number, done: (error: Error | null) => void,
    ): void;
  }
  export interface ShmExtension {
    readonly ImageFormat: { readonly ZPixmap: number };
    createSegment(bytes: number, done: (error: Error | null, segment: ShmSegment) => void): void;
  }

  export interface XClient {
    require(extension: "damage", done: (error: Error | null, extension: DamageExtension) => void): void;
    require(extension: "shm", done: (error: Error | null, extension: ShmExtension) => void): void;
  }
}
