import type { PlanForSale, PriceList } from '@/api/types'
import { stateName } from '@/lib/states'

type Channel = PlanForSale['channels'][number]

const CHANNELS: Record<Channel, string> = {
  in_app: 'in the app',
  email: 'e-mail',
  sms: 'text message',
  webhook: 'webhook',
}

const LIST = new Intl.ListFormat('en-US')

export function channelWords(channels: readonly Channel[]): string {
  return LIST.format(channels.map((channel) => CHANNELS[channel]))
}

/** Where a plan lets leads be claimed. */
export function areaWords({ area, states }: Pick<PlanForSale, 'area' | 'states'>): string {
  switch (area) {
    case 'metro':
      return 'One metropolitan area, which you choose'
    case 'states':
      return `All of ${LIST.format(states.map(stateName))}`
    case 'us':
      return 'Every place that is covered'
  }
}

export function metroNames({ metros }: PriceList): string {
  return new Intl.ListFormat('en-US', { type: 'disjunction' }).format(metros.map(({ name }) => name))
}
