import type { z } from 'zod'
import type { FaultKind, FaultKindName, LinkName } from '../../model/fault.ts'
import type { RegionName } from '../../model/units.ts'
import { type LinkForm, linkTarget, regionName } from '../yaml/reference.ts'

export type Regions = readonly string[] | null
type Written<F extends z.ZodRawShape> = z.output<z.ZodObject<F>>

/** How a kind of fault is written: the key is its name, the value its target, further keys how strong it is. */
export type FaultForm = {
  about: string
  fields(regions: Regions): z.ZodRawShape
  make(written: Record<string, unknown>): FaultKind
}

export function onLinks<F extends z.ZodRawShape>(
  kind: FaultKindName,
  about: string,
  forms: LinkForm[],
  fields: F,
  make: (links: LinkName[], written: Written<F>) => FaultKind,
  instead = '',
): FaultForm {
  return {
    about,
    fields: (regions) => ({ [kind]: linkTarget(regions, forms, instead), ...fields }),
    make: (written) => make(written[kind] as LinkName[], written as Written<F>),
  }
}

export function inRegion<F extends z.ZodRawShape>(
  kind: FaultKindName,
  about: string,
  fields: F,
  make: (region: RegionName, written: Written<F>) => FaultKind,
): FaultForm {
  return {
    about,
    fields: (regions) => ({ [kind]: regionName(regions), ...fields }),
    make: (written) => make(written[kind] as RegionName, written as Written<F>),
  }
}
