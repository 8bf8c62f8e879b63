import type { components, operations } from './schema'

type Schemas = components['schemas']

export type LeadSummary = Schemas['LeadSummary']
export type LeadPage = Schemas['LeadPage']
export type LeadDetail = Schemas['LeadDetail']
export type DatasetCoverage = Schemas['DatasetCoverage']
export type Coverage = Schemas['Coverage']
export type LeadCoverage = LeadPage['coverage']
type LeadQuery = NonNullable<operations['list_leads']['parameters']['query']>
export type TradeId = NonNullable<LeadQuery['trade']>[number]
export type TradeName = Schemas['TradeName']
export type County = Schemas['County']
export type Reason = LeadDetail['reasons'][number]
export type Receipts = LeadDetail['receipts']
export type FieldReceipt = Receipts['fields'][number]
export type Freshness = DatasetCoverage['freshness']
